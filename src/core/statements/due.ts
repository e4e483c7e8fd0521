import { addDays, dayOfWeek, type LocalDate } from '../base/time.ts'
import type { DueTerm } from '../terms/agreement.ts'
import { holidaysOf } from '../terms/calendars.ts'

const saturday = 6

/** From `date` (included) the nearest business day in one direction. Ends, as weekends are short and the holidays listed are finite. */
const nearest = (date: LocalDate, step: 1 | -1, isBusinessDay: (date: LocalDate) => boolean): LocalDate => {
  let day = date
  while (!isBusinessDay(day)) day = addDays(day, step)
  return day
}

const rolled = (date: LocalDate, roll: DueTerm['roll'], isBusinessDay: (date: LocalDate) => boolean): LocalDate => {
  const following = nearest(date, 1, isBusinessDay)
  switch (roll) {
    case 'following':
      return following
    case 'modifiedFollowing':
      return following.slice(0, 7) === date.slice(0, 7) ? following : nearest(date, -1, isBusinessDay)
    case 'preceding':
      return nearest(date, -1, isBusinessDay)
  }
}

/**
 * When a statement that is final on a local date falls due: that date plus n days, or plus n business days counted from the next day, then
 * rolled to a business day: one in every calendar listed, and no holiday of the agreement's own; Saturdays and Sundays never are. Throws `RangeError` when the term counts neither, or both.
 */
export const dueOn = (due: DueTerm, finalOn: LocalDate): LocalDate => {
  const { days, businessDays, roll } = due
  if ((days === undefined) === (businessDays === undefined)) throw new RangeError('a due date counts either days or business days')
  const closed = [new Set(due.holidays), ...due.calendars.map(holidaysOf)]
  const working = new Set(due.workingDays)
  const isBusinessDay = (date: LocalDate) =>
    dayOfWeek(date) < saturday && (working.has(date) || closed.every((holidays) => !holidays.has(date)))
  if (days !== undefined) return rolled(addDays(finalOn, days), roll, isBusinessDay)
  let date = finalOn
  for (let counted = 0; counted < businessDays!; counted++) date = nearest(addDays(date, 1), 1, isBusinessDay)
  return rolled(date, roll, isBusinessDay)
}
