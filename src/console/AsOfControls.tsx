import { DateField } from './DateField.tsx'
import { shortMonth } from './dates.ts'
import type { PortfolioView } from './portfolio-address.ts'

type Props = Readonly<{
  asOf: string | null
  months: readonly string[]
  view: PortfolioView
  setView: (view: PortfolioView) => void
  /** What `against` is for here: `Compare with`, `Rolled forward from`. */
  againstWord?: string
  guarantors?: readonly Readonly<{ id: string; name: string }>[]
}>

/** Two times that are never mixed: at the end of which month, and as it was known on which date. */
export const AsOfControls = ({ asOf, months, view, setView, againstWord, guarantors = [] }: Props) => (
  <div className="as-of">
    {guarantors.length < 2 ? null : (
      <label className="control">
        <small>Guarantor</small>
        <select
          value={view.guarantor ?? guarantors[0]!.id}
          onChange={({ target }) => setView({ guarantor: target.value, lines: undefined })}
        >
          {guarantors.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
    )}
    <label className="control">
      <small>At the end of</small>
      <select value={asOf ?? ''} onChange={({ target }) => setView({ on: target.value })}>
        {asOf !== null && !months.includes(asOf) ? <option value={asOf}>{shortMonth(asOf)}</option> : null}
        {months.map((month) => (
          <option key={month} value={month}>
            {shortMonth(month)}
          </option>
        ))}
      </select>
    </label>
    <div className="control">
      <small>As known on</small>
      <DateField
        label="As known on, UTC"
        value={view.known ?? ''}
        onChange={(date) => date !== undefined && setView({ known: date === '' ? undefined : date })}
      />
    </div>
    {againstWord === undefined ? null : (
      <label className="control">
        <small>{againstWord}</small>
        <select value={view.against ?? ''} onChange={({ target }) => setView({ against: target.value === '' ? undefined : target.value })}>
          <option value="">–</option>
          {months
            .filter((month) => asOf === null || month < asOf)
            .map((month) => (
              <option key={month} value={month}>
                {shortMonth(month)}
              </option>
            ))}
        </select>
      </label>
    )}
  </div>
)
