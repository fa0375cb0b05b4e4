import { err, ok, type Result, ResultAsync } from 'neverthrow'
import type * as z from 'zod'
import type { Engine } from './engine'
import type { CommonError } from './errors'
import type * as Inputs from './input'

type InputName = keyof typeof Inputs

/** What a host may pass for one of the schemas of `input.ts`. */
export type InputOf<N extends InputName> = z.input<(typeof Inputs)[N]>
/** The same, once it has been checked. */
export type Checked<N extends InputName> = z.output<(typeof Inputs)[N]>

/** Checks a verb's input. Errors: `validation`, with the field's path and never its value. */
export const checkInput = <N extends InputName>(
  { loadInputs }: Engine,
  name: N,
  input: unknown,
): ResultAsync<Checked<N>, CommonError> => new ResultAsync(check(loadInputs, name, input))

const check = async <N extends InputName>(
  loadInputs: Engine['loadInputs'],
  name: N,
  input: unknown,
): Promise<Result<Checked<N>, CommonError>> => {
  const schemas = await loadInputs()
  const parsed = schemas[name].safeParse(input)
  // The schema of this name makes this type; TypeScript does not follow an index that far.
  if (parsed.success) return ok(parsed.data as Checked<N>)
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') ?? ''
  return err({ code: 'validation', field, message: issue?.message ?? 'is not valid', outcome: 'not_executed' })
}
