import { describeThrown } from '../../log/driver/fault.ts'
import type { Logger } from '../../net/logging/logger.ts'

/**
 * A throw that nobody caught is a defect of ours: it is told and the process ends, for state that a defect has touched
 * must not be served. What was acknowledged is on disk.
 */
export const endOnDefect = (logger: Logger): void => {
  const end = (thrown: unknown) => {
    logger.error('A defect ends this agent; what was acknowledged is safe', { reason: describeThrown(thrown) })
    process.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
