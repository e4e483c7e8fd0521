import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { decimal, minus, negate, toFixed } from '../../core/base/rational.ts'
import { minorDigits } from '../../core/base/currency.ts'
import { formulas } from '../../core/settlement/kinds.ts'
import { LinesQueryShape, LinesShape, PortfolioQueryShape, PortfolioShape, type LinesWire } from '../../wire/portfolio.ts'
import type { Held, MovedLines, MovedLinesQuestion, PortfolioQuestion, PortfolioSource, Wider } from '../app/portfolio.ts'
import type { LineCursor, MovedLine } from '../store/stood-statements.ts'
import { problems } from './agreement-routes.ts'
import { toPortfolio } from './portfolio-view.ts'
import type { SourceOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'

const CursorShape = z.tuple([z.string(), z.string(), z.int()])
const toCursor = ({ month, agreement, number }: MovedLine): string =>
  Buffer.from(JSON.stringify([month, agreement, number])).toString('base64url')

/** Where a page of lines goes on, or a refusal. */
export const fromLineCursor = (text: string | undefined): LineCursor | undefined => {
  if (text === undefined) return undefined
  try {
    const [month, agreement, number] = CursorShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    return { month, agreement, number }
  } catch {
    const [pointer, detail] = ['/query/cursor', 'is not the `next` of a page; leave it out for the first page']
    throw new Refusal({
      kind: 'invalid-request',
      status: 400,
      title: 'The request is not right',
      detail: `${pointer}: ${detail}`,
      errors: [{ pointer, detail }],
    })
  }
}

/** Lines as they count: of a share, what goes back counts against it. */
const amountIn = ({ payer, amount }: MovedLine, { of }: Pick<MovedLinesQuestion, 'of'>, guarantor: string | undefined): string =>
  of === 'share' && payer === guarantor ? toFixed(negate(decimal(amount)), amount.split('.')[1]?.length ?? 0) : amount

export const toLines = (found: MovedLines, question: Pick<MovedLinesQuestion, 'of' | 'limit'>): LinesWire => {
  const { lines, count, paid, received, currencies, guarantor } = found
  const [currency] = currencies
  const sum = question.of === 'share' ? minus(decimal(received), decimal(paid)) : decimal(paid)
  const last = lines.at(-1)
  return {
    currency: currencies.length === 1 ? currency! : null,
    sum: currencies.length === 1 && question.of !== 'clause' ? toFixed(sum, minorDigits(currency!) ?? 2) : null,
    count,
    lines: lines.map(({ formula, ...line }) => ({
      agreement: line.agreement,
      month: line.month,
      version: line.version,
      number: line.number,
      clause: line.clause,
      word: formulas.get(formula)?.word ?? formula,
      payer: line.payer,
      payee: line.payee,
      amount: amountIn({ formula, ...line }, question, guarantor),
      corrects: line.corrects,
      reasons: `/api/agreements/${line.agreement}/periods/${line.month}/lines/${line.number}?v=${line.version}`,
    })),
    next: last !== undefined && lines.length === question.limit ? toCursor(last) : null,
  }
}

/** What is held, or a refusal that names whose portfolios there are. */
export const heldOf = async (source: PortfolioSource, question: PortfolioQuestion, wider: Wider = {}): Promise<Held> => {
  const held = await source.held(question, wider)
  if (question.guarantor === undefined || held.guarantor !== undefined) return held
  const known = held.guarantors.map(({ id }) => id).slice(0, 10)
  throw notFound(
    `There is no guarantor ${question.guarantor} here. ${known.length === 0 ? 'No agreement is loaded yet.' : `There is: ${known.join(', ')}.`}`,
  )
}

/** What a guarantor has promised over all its agreements, what it paid and received, and the lines behind both. */
export const portfolioRoutes = async (api: FastifyInstance, sourceOf: SourceOf<PortfolioSource>): Promise<void> => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/portfolio',
    {
      config: { needs: 'portfolio:read', compress: true },
      schema: {
        operationId: 'readPortfolio',
        summary: 'Exposure, payments and share income of a guarantor over all its agreements, at the end of a month',
        querystring: PortfolioQueryShape,
        response: { 200: PortfolioShape, ...problems },
      },
    },
    async (request) => toPortfolio(await heldOf(sourceOf(request), request.query)),
  )
  routes.get(
    '/api/portfolio/lines',
    {
      config: { needs: 'portfolio:read', compress: true },
      schema: {
        operationId: 'listPortfolioLines',
        summary: 'The statement lines behind what was paid or received, the latest month first, a page at a time; they add up to it',
        querystring: LinesQueryShape,
        response: { 200: LinesShape, ...problems },
      },
    },
    async (request) => {
      const { cursor, ...question } = request.query
      const source = sourceOf(request)
      return toLines(await source.lines({ ...question, after: fromLineCursor(cursor) }), question)
    },
  )
}
