import { useMemo } from 'react'
import type { AgreementWire } from '../wire/agreement.ts'
import type { EvidenceWire, ExplanationWire, PeriodWire } from '../wire/statement.ts'
import { announce } from './announce.ts'
import type { Explained } from './explained.ts'
import { countText, shortHash } from './format.ts'
import { RecomputedDifference, RecomputedPill } from './Recomputed.tsx'
import { subjectsOf } from './subjects.ts'
import { check, everyNode, type TreeNode } from './tree.ts'

/** What the chosen node and everything below it rest on. */
const evidenceBelow = (node: TreeNode, evidence: readonly EvidenceWire[], terms: AgreementWire | undefined): EvidenceWire[] => {
  const facts = everyNode(node).flatMap(({ input: { source } }) => (source.kind === 'fact' ? [source] : []))
  return evidence.filter(({ subject, kind }) =>
    facts.some((fact) => fact.reading.includes(kind) && (subject === '' || subjectsOf(fact.subject, terms).includes(subject))),
  )
}

const Copied = ({ text, name }: Readonly<{ text: string; name: string }>) => (
  <button type="button" className="quiet" onClick={() => void navigator.clipboard.writeText(text).then(() => announce(`${name} copied`))}>
    Copy
  </button>
)

type Props = Readonly<{
  explained: Explained
  period: PeriodWire
  explanation: ExplanationWire | undefined
  chosen: TreeNode
  terms: AgreementWire | undefined
}>

const Verdict = ({ explained, currency }: Readonly<{ explained: Explained; currency: string }>) => {
  const verdict = useMemo(() => check(explained, currency), [explained, currency])
  return verdict.adds ? (
    <span title="Every sum of this tree was worked out again, exactly, in your browser.">Worked out again, equal</span>
  ) : (
    <span className="pill breach">
      Does not add up: {verdict.stated} is stated, {verdict.workedOut} worked out
    </span>
  )
}

const Check = ({ commands }: Readonly<{ commands: readonly string[] }>) => (
  <>
    <dt>Check it</dt>
    <dd>
      {commands.map((command) => (
        <div key={command} className="command">
          <code>{command}</code> <Copied text={command} name="Command" />
        </div>
      ))}
    </dd>
  </>
)

const Sums = (props: Parameters<typeof Verdict>[0]) => (
  <>
    <dt>Sums</dt>
    <dd>
      <Verdict {...props} />
    </dd>
  </>
)

/** What a line rests on: terms, readings and formula by hash, and how to settle it again elsewhere. */
export const EvidenceList = ({ explained, period, explanation, chosen, terms }: Props) => {
  const { statement, hash } = period
  const { line } = explained
  const found = evidenceBelow(chosen, explanation?.evidence ?? [], terms)
  return (
    <section className="evidence" aria-label="Evidence">
      <header>
        <h2>Evidence</h2>
        <RecomputedPill period={period} />
      </header>
      <RecomputedDifference period={period} />
      <dl>
        <Sums explained={explained} currency={statement.currency} />
        <dt>Terms</dt>
        <dd>
          {statement.terms
            .filter(({ version }) => line === undefined || version === line.version)
            .map(({ version, hash: of }) => (
              <div key={version}>
                version {version}, <code title={of}>{shortHash(of)}</code>
              </div>
            ))}
        </dd>
        {found.map(({ subject, kind, readings, sha256 }) => (
          <div key={subject + kind}>
            <dt>{kind}</dt>
            <dd>
              {countText(readings)} {readings === 1 ? 'reading' : 'readings'}
              {kind === 'maintenance' ? ' of the contract year so far' : ''}, <code title={sha256}>{shortHash(sha256)}</code>
              {subject === '' ? null : <span className="third"> {subject}</span>}
            </dd>
          </div>
        ))}
        {explanation !== undefined && found.length === 0 ? (
          <>
            <dt>Readings</dt>
            <dd className="third">{chosen.path === '' ? 'none: nothing metered enters this line' : 'none below this reason'}</dd>
          </>
        ) : null}
        {line === undefined ? null : (
          <>
            <dt>Formula</dt>
            <dd>
              <code>
                {explanation?.clause.kind ?? '…'}/{line.formula}
              </code>
            </dd>
          </>
        )}
        <dt>Statement</dt>
        <dd>
          <code title={hash}>{shortHash(hash)}</code> <Copied text={hash} name="Hash of the statement" />
        </dd>
        {explanation === undefined ? null : <Check commands={explanation.check} />}
      </dl>
    </section>
  )
}
