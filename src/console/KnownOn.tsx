import { dateText } from './dates.ts'

/** Says that a page is as it was known at the end of an earlier date; nothing where it is as known now. */
export const KnownOn = ({ date }: Readonly<{ date: string | undefined }>) =>
  date === undefined ? null : (
    <p className="opening">
      As it was known on <b>{dateText(date)}</b>; what was recorded later is not in it.
    </p>
  )
