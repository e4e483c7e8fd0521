import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ageText } from './format.ts'
import { useMay } from './session.ts'
import { feeds } from './today-queries.ts'
import './frame-controls.css'

/** The age of the slowest source that has a rhythm: a money page whose feed is late is provisional. Nothing where none has one. */
export const FeedsAge = () => {
  const may = useMay('feeds:read')
  const { data } = useQuery({ ...feeds, enabled: may })
  if (!may || data?.slowest == null) return null
  const { source, ageSeconds, limitSeconds, late } = data.slowest
  const words = late ? `late ${ageText(ageSeconds)}` : ageText(ageSeconds)
  return (
    <Link
      to="/settings/$section"
      params={{ section: 'feeds' }}
      className={`control feeds-age${late ? ' is-late' : ''}`}
      title={`${source} told of something ${ageText(ageSeconds)} ago; it may be silent for ${ageText(limitSeconds ?? 0)}`}
    >
      <i aria-hidden="true" />
      <small>Feeds</small> {words}
    </Link>
  )
}
