import type { PortfolioBookWire } from '../wire/portfolio.ts'
import { amountText, largeAmount } from './format.ts'
import { kindWord, regionWord } from './kind-words.ts'

type Parts = PortfolioBookWire['concentration']['kind']

/** Steps of one grey: the order says which part is which, and the words beside it. */
const shades = [100, 78, 58, 42, 30, 20]
const shadeOf = (i: number): string => `color-mix(in srgb, var(--total) ${shades[Math.min(i, shades.length - 1)]}%, var(--surface))`

const Bar = ({
  name,
  parts,
  word,
  currency,
}: Readonly<{ name: string; parts: Parts; word: (name: string) => string; currency: string }>) => (
  <div className="concentrated">
    <h3>{name}</h3>
    <div>
      <div className="whole-bar" aria-hidden="true">
        {parts.map((part, i) => (
          <i
            key={part.name}
            style={{ width: `${part.share}%`, background: shadeOf(i) }}
            title={`${word(part.name)}: ${amountText(part.net)} ${currency}`}
          />
        ))}
      </div>
      <ul className="legend" aria-label={`Concentration by ${name.toLowerCase()}`}>
        {parts.map((part, i) => (
          <li key={part.name} title={`${amountText(part.net)} ${currency}`}>
            <i className="swatch" style={{ background: shadeOf(i), boxShadow: 'inset 0 0 0 1px var(--strong)' }} />
            {word(part.name)} {part.share} %
          </li>
        ))}
      </ul>
    </div>
  </div>
)

/** How much of net hangs on whom, in bars of 100 %. Shares are rounded together: each bar adds up to 100.0. */
export const Concentration = ({ book }: Readonly<{ book: PortfolioBookWire }>) => {
  const { concentration, currency, total } = book
  const same = (name: string) => name
  return (
    <section className="panel picture" aria-label="Concentration of net">
      <header>
        <h2>Concentration of net</h2>
        <span className="third grow">
          share of {largeAmount(total.net, currency)} {currency}
        </span>
      </header>
      {concentration.kind.length === 0 ? (
        <p className="inside">Nothing may still be called, so nothing is concentrated.</p>
      ) : (
        <div className="concentrations">
          <Bar name="Counterparty" parts={concentration.counterparty} word={same} currency={currency} />
          <Bar name="Region" parts={concentration.region} word={regionWord} currency={currency} />
          <Bar name="Kind" parts={concentration.kind} word={kindWord} currency={currency} />
          <Bar name="Ends" parts={concentration.ends} word={same} currency={currency} />
        </div>
      )}
    </section>
  )
}
