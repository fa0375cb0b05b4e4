import { z } from 'zod'

/** What a notice of the mock says. Types nobody knows yet are let through: they concern no payment. */
export const MockNotice = z.object({
  id: z.string().min(1).max(200),
  type: z.string().min(1).max(64),
  attemptId: z.string().min(1).max(200).nullable(),
  providerRef: z.string().min(1).max(200).nullable(),
})
export type MockNotice = z.infer<typeof MockNotice>
