const words: Readonly<Record<string, string>> = {
  'capacity-backstop': 'Backstop',
  'revenue-share': 'Revenue share',
  'revenue-floor': 'Revenue floor',
  'revenue-band': 'Revenue band',
  'take-or-pay': 'Take or pay',
  'capacity-leaseback': 'Leaseback',
  prepayment: 'Prepayment',
  'service-level': 'Service level',
  'availability-adjustment': 'Availability adjustment',
  'delay-damages': 'Delay damages',
  'obligation-guarantee': 'Guarantee',
  'residual-value-guarantee': 'Residual value guarantee',
  'stock-purchase-right': 'Stock right',
  'equity-stake': 'Equity stake',
  'debt-facility': 'Debt facility',
  'late-interest': 'Late interest',
}

/** A kind of clause as people call it; one that is not named here says its own name. */
export const kindWord = (kind: string): string => words[kind] ?? kind.replaceAll('-', ' ')

/** A region, or that a row has none. */
export const regionWord = (region: string): string => (region === '—' ? 'No region' : region)
