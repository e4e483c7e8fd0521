import { strFromU8, unzipSync } from 'fflate'

/** The cells of a workbook's sheets, read from its XML by other means than those that wrote it. */
export type ReadCell = Readonly<{ kind: 'number' | 'text' | 'nothing'; value: string; format: string }>
const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
export const readWorkbook = (bytes: Uint8Array, sheet = 1): ReadCell[][] => {
  const files = unzipSync(bytes)
  const styles = strFromU8(files['xl/styles.xml']!)
  const formats = new Map([...styles.matchAll(/<numFmt numFmtId="(\d+)" formatCode="([^"]*)"/g)].map(([, id, code]) => [id!, code!]))
  const looks = [...styles.slice(styles.indexOf('<cellXfs')).matchAll(/<xf numFmtId="(\d+)"/g)].map(([, id]) => formats.get(id!) ?? '')
  const rows = strFromU8(files[`xl/worksheets/sheet${sheet}.xml`]!).match(/<row>.*?<\/row>/gs) ?? []
  return rows.map((row) =>
    [
      ...row.matchAll(
        /<c\/>|<c s="(\d+)"><v>([^<]*)<\/v><\/c>|<c t="inlineStr" s="\d+"><is><t xml:space="preserve">([^<]*)<\/t><\/is><\/c>/gs,
      ),
    ].map(([whole, style, value, text]): ReadCell => {
      if (whole === '<c/>') return { kind: 'nothing', value: '', format: '' }
      return value === undefined
        ? { kind: 'text', value: unescaped(text!), format: '' }
        : { kind: 'number', value, format: looks[Number(style)]! }
    }),
  )
}
