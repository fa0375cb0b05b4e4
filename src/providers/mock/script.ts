/**
 * What the mock does with the next charge, refund or look-up; each step is used once. Without a step it approves, and in
 * `capturedBy: 'buyer'` it waits.
 */
export type MockStep = ChargeStep | RefundStep | LookupStep

export type ChargeStep =
  | { readonly step: 'approve' }
  | { readonly step: 'decline'; readonly code: string }
  /** The answer is lost. `executed`: the money was taken all the same. */
  | { readonly step: 'time_out'; readonly executed: boolean }
  /** The answer is lost, a look-up finds nothing, and the money is taken later, unless the attempt was voided. */
  | { readonly step: 'answer_late'; readonly executeAfterMs: number }
  /** Takes the money and says so; every look-up after that says it failed. */
  | { readonly step: 'contradict' }
  /** Accepted; `settle` says how it ended. */
  | { readonly step: 'wait' }

export type RefundStep =
  | { readonly step: 'refund_approve' }
  | { readonly step: 'refund_decline'; readonly code: string }
  | { readonly step: 'refund_time_out'; readonly executed: boolean }
  /** Accepted; `settleRefund` says how it ended. */
  | { readonly step: 'refund_wait' }

export type LookupStep = { readonly step: 'lookup_time_out' }

export const isChargeStep = (step: MockStep): step is ChargeStep => !isRefundStep(step) && !isLookupStep(step)
export const isRefundStep = (step: MockStep): step is RefundStep => step.step.startsWith('refund_')
export const isLookupStep = (step: MockStep): step is LookupStep => step.step === 'lookup_time_out'
