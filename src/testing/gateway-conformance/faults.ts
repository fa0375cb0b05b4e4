import type { Fault } from '../../providers/fake/faults'
import { expectEqual, fail } from './expectations'
import type { SubjectCall } from './subject'
import type { World } from './world'

/** What a fault does to the provider: nothing, the whole of the call, or the whole of it later. */
type Execution = 'no' | 'yes' | 'later'

export const EXECUTED: Readonly<Record<Fault['kind'], Execution>> = {
  unreachable: 'no',
  lost_request: 'no',
  stalled_request: 'no',
  error_before: 'no',
  html_before: 'no',
  rate_limited: 'no',
  lost_answer: 'yes',
  error_after: 'yes',
  html_after: 'yes',
  slow: 'yes',
  stalled_body: 'yes',
  malformed_json: 'yes',
  wrong_shape: 'yes',
  late_execution: 'later',
}

/** Late enough for whoever asked to have given up, and for a first look-up to find nothing. */
const LATE_MS = 2 * 60_000
const SLOW_MS = 5_000

export const faultOf = (kind: Fault['kind']): Fault => {
  switch (kind) {
    case 'error_before':
    case 'error_after':
      return { kind, status: 503 }
    case 'late_execution':
      return { kind, afterMs: LATE_MS }
    case 'slow':
      return { kind, ms: SLOW_MS }
    default:
      return { kind }
  }
}

export const inWords = (kind: Fault['kind']): string => kind.replaceAll('_', ' ')

/** Makes the call meet the fault, and makes sure that it has. */
export const meeting = async <T>(
  { subject: { wire } }: World,
  call: SubjectCall,
  kind: Fault['kind'],
  run: () => Promise<T>,
): Promise<T> => {
  if (wire === null) return fail('the subject', 'a wire', 'none')
  wire.next(call, faultOf(kind))
  const answer = await run()
  expectEqual(`faults that have not met a ${call}`, wire.pending(), 0)
  return answer
}
