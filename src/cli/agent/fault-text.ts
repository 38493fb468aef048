/** Lines for the operator: what stopped the server, where, and what to do. One line each. */
import type { LogFault } from '../../log/driver/fault.ts'
import type { OpenError } from '../../log/replicated-log.ts'
import type { StoreNotice } from '../../log/store/open-store.ts'
import type { StoreError } from '../../log/store/types.ts'
import type { Fields } from '../../net/logging/logger.ts'

/** A storage error in one line: file, offset, what was found, what to do. */
export const storeErrorText = (error: StoreError): string => {
  switch (error.type) {
    case 'Locked':
      return `data directory is in use: ${error.file} is held by ${error.owner}; stop that agent, or give this one another -data-dir`
    case 'Damaged':
      return `log is damaged: ${error.file} at offset ${error.offset}: ${error.what}; ${error.advice}`
    case 'Io':
      return `storage failed: ${error.operation} of ${error.file}: ${error.code}; ${ioAdvice(error.code)}`
    case 'Unsupported':
      return `data was written by another release: ${error.file}: ${error.what}; start the release that wrote it`
  }
}

/** Why a running log stopped. */
export const logFaultText = (fault: LogFault): string => {
  switch (fault.type) {
    case 'Store':
      return storeErrorText(fault.error)
    case 'Fold':
      return `entry ${fault.fault.index} cannot be folded: ${fault.fault.what}; start a release that knows it`
    case 'Broken':
      return `an invariant broke, which is a defect of this program: ${fault.what}`
  }
}

/** Why a log could not be opened. */
export const openErrorText = (error: OpenError): string => {
  switch (error.type) {
    case 'Store':
      return storeErrorText(error.error)
    case 'BadCheckpoint':
      return `checkpoint ${error.index} cannot be read: ${error.what}; start the release that wrote it`
    case 'Bootstrap':
      return error.error.type === 'Store'
        ? storeErrorText(error.error.error)
        : `bootstrap refused: ${error.error.type === 'NotEmpty' ? 'the data directory already holds a log' : error.error.what}`
  }
}

/** What was put right at open, as a message with its fields. */
export const noticeText = (notice: StoreNotice): [message: string, fields: Fields] => {
  switch (notice.type) {
    case 'TailCut': {
      const { file, offset, bytes } = notice
      return ['Cut what a crash had left after the acknowledged end of the log', { file, offset, bytes }]
    }
    case 'CheckpointSkipped':
      return ['Skipped a checkpoint that cannot be read; an older one serves', { file: notice.file, what: notice.what }]
    case 'LeftoverRemoved':
      return ['Removed an unfinished file', { file: notice.file }]
  }
}

const ioAdvice = (code: string): string => {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return 'make room on the disk, then start again: what was acknowledged is safe'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'let this user write there, then start again'
    default:
      return 'check the disk, then start again: what was acknowledged is verified at start'
  }
}
