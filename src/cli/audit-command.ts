import { InvalidArgumentError, type Command } from 'commander'
import { checkChain, findHead, isLink } from '../server/store/audit-chain.ts'
import { inTransaction } from '../server/store/transaction.ts'
import { failure, type Context } from './context.ts'
import { withStore } from './with-store.ts'

const readHash = (text: string): string => {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError('It is 64 hexadecimal digits, as `offtake audit head` prints.')
  return text
}

/** `offtake audit head`, `offtake audit verify`: what the audit log ends with, and whether it is as it was written. */
export const addAudit = (program: Command, context: Context): void => {
  const audit = program.command('audit').description('check the log of who did what')
  audit
    .command('head')
    .description('print the hash of the last entry, to be kept elsewhere')
    .action(async () => {
      const head = await withStore(context, (store) => inTransaction(store, findHead))
      if (head === undefined) context.say('nothing was done here yet')
      else context.print(`${head.hash}\n`)
      process.exitCode = head === undefined ? failure : 0
    })
  audit
    .command('verify')
    .description('work every hash out again, and name what was altered, taken out, moved or put in')
    .option('--head <hash>', 'a head that was kept elsewhere: it has to be there still', readHash)
    .action(async ({ head }: { head?: string }) => {
      process.exitCode = await withStore(context, async (store) => {
        const { check, known } = await inTransaction(store, async (tx) => ({
          check: await checkChain(tx),
          known: head === undefined ? undefined : await isLink(tx, head),
        }))
        const { verified } = check
        const upTo = verified === undefined ? 'none of them' : `up to entry ${verified.entry} at position ${verified.position}`
        if (check.faults.length === 0 && known !== false) {
          context.print(`${check.checked} entries, all as they were written${verified === undefined ? '' : `; head ${verified.hash}`}\n`)
          return 0
        }
        for (const { message } of check.faults) context.say(message)
        if (known === false) context.say(`head ${head} is of no entry here: the log was cut short, or it is another`)
        context.print(`${check.checked} entries; as they were written: ${upTo}\n`)
        return failure
      })
    })
}
