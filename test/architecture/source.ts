import ts from 'typescript'

/** Source text by path, `src/core/money.ts`: the real tree, or one made up by a test. */
export type Sources = ReadonlyMap<string, string>

export type Import = {
  readonly specifier: string
  /** `value` runs when the file is loaded, `dynamic` when the call is reached, `type` never. */
  readonly kind: 'value' | 'dynamic' | 'type'
  readonly line: number
}

/** A mention of something the platform provides: `setTimeout`, `Date.now`, `new Date()`, `process.env`. */
export type PlatformUse = { readonly name: string; readonly line: number }

export type SourceFile = {
  readonly path: string
  readonly imports: readonly Import[]
  readonly platform: readonly PlatformUse[]
  /** Lines with `async`, `await`, `Promise` or `ResultAsync`. */
  readonly asyncLines: readonly number[]
  readonly defaultExportLines: readonly number[]
  /** Lines of module-level `let`, `var` and collections that start empty: state that two copies of a door split. */
  readonly moduleStateLines: readonly number[]
  /** Lines of statements that are not `export { a } from './b'`. */
  readonly notReExportLines: readonly number[]
}

const GLOBAL_OBJECTS = new Set(['globalThis', 'window', 'self', 'global'])
const ASYNC_NAMES = new Set(['Promise', 'PromiseLike', 'ResultAsync', 'okAsync', 'errAsync'])

/** Parses one file. Syntax only: nothing is resolved and nothing is run. */
export const parse = (path: string, text: string): SourceFile => {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
  const line = (node: ts.Node): number => file.getLineAndCharacterOfPosition(node.getStart()).line + 1
  const imports: Import[] = []
  const platform: PlatformUse[] = []
  const asyncLines: number[] = []
  const defaultExportLines: number[] = []

  const visit = (node: ts.Node): void => {
    const found = importOf(node)
    if (found) imports.push({ ...found, line: line(node) })
    for (const name of platformNames(node)) platform.push({ name, line: line(node) })
    if (isAsync(node)) asyncLines.push(line(node))
    if (isDefaultExport(node)) defaultExportLines.push(line(node))
    ts.forEachChild(node, visit)
  }
  visit(file)

  return {
    path,
    imports,
    platform,
    asyncLines,
    defaultExportLines,
    moduleStateLines: file.statements.filter(isModuleState).map(line),
    notReExportLines: file.statements.filter((statement) => !isNamedReExport(statement)).map(line),
  }
}

const importOf = (node: ts.Node): Omit<Import, 'line'> | undefined => {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, kind: node.importClause?.isTypeOnly ? 'type' : 'value' }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, kind: node.isTypeOnly ? 'type' : 'value' }
  }
  if (ts.isImportTypeNode(node)) {
    return { specifier: node.argument.getText().slice(1, -1), kind: 'type' }
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const target = node.arguments[0]
    // A computed target cannot be checked, so it is reported under a name that no rule allows.
    return { specifier: target && ts.isStringLiteral(target) ? target.text : 'import(computed)', kind: 'dynamic' }
  }
  return undefined
}

const platformNames = (node: ts.Node): readonly string[] => {
  if (ts.isNewExpression(node) && globalName(node.expression) === 'Date' && (node.arguments ?? []).length === 0) {
    return ['new Date()']
  }
  if (ts.isCallExpression(node) && globalName(node.expression) === 'Date') return ['Date()']
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name) && node.initializer) {
    const from = node.initializer
    return node.name.elements.flatMap((element) => memberName(from, (element.propertyName ?? element.name).getText()))
  }
  if (!ts.isExpression(node) || ts.isTypeOfExpression(node.parent)) return []
  // `a` of `a.b` is reported with its member.
  if (globalName(node) !== undefined && isObjectOfMember(node)) return []
  if (ts.isPropertyAccessExpression(node)) return memberName(node.expression, node.name.text)
  if (ts.isElementAccessExpression(node) && ts.isStringLiteral(node.argumentExpression)) {
    return memberName(node.expression, node.argumentExpression.text)
  }
  const name = ts.isIdentifier(node) ? globalName(node) : undefined
  return name === undefined ? [] : [name]
}

const isObjectOfMember = (node: ts.Expression): boolean => {
  let outer: ts.Node = node
  while (isWrapper(outer.parent)) outer = outer.parent
  const { parent } = outer
  return (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === outer
}

const isWrapper = (node: ts.Node): node is ts.ParenthesizedExpression | ts.AsExpression | ts.NonNullExpression =>
  ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node)

const unwrap = (node: ts.Expression): ts.Expression => (isWrapper(node) ? unwrap(node.expression) : node)

const memberName = (object: ts.Expression, member: string): readonly string[] => {
  if (ts.isMetaProperty(unwrap(object))) return [`import.meta.${member}`]
  if (isGlobalObject(object)) return [member]
  const name = globalName(object)
  return name === undefined ? [] : [`${name}.${member}`]
}

const isGlobalObject = (node: ts.Expression): boolean => {
  const object = unwrap(node)
  return ts.isIdentifier(object) && GLOBAL_OBJECTS.has(object.text)
}

/** `fetch` for a free `fetch` and for `globalThis.fetch`; nothing for a parameter or a property of that name. */
const globalName = (wrapped: ts.Expression): string | undefined => {
  const node = unwrap(wrapped)
  if (ts.isPropertyAccessExpression(node)) return isGlobalObject(node.expression) ? node.name.text : undefined
  return ts.isIdentifier(node) && isReference(node) && !isDeclared(node) ? node.text : undefined
}

const isReference = (node: ts.Identifier): boolean => {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isShorthandPropertyAssignment(parent)) return true
  if (ts.isBindingElement(parent) || ts.isParameter(parent) || ts.isVariableDeclaration(parent)) {
    return parent.initializer === node
  }
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  return ts.isExpression(parent) || ts.isStatement(parent) || ts.isSpreadAssignment(parent) || ts.isTemplateSpan(parent)
}

const isDeclared = (node: ts.Identifier): boolean => {
  for (let scope: ts.Node = node.parent; scope; scope = scope.parent) {
    if (declarationsOf(scope).some((name) => declares(name, node.text))) return true
  }
  return false
}

const declarationsOf = (scope: ts.Node): readonly ts.BindingName[] => {
  if (ts.isFunctionLike(scope)) return scope.parameters.map(({ name }) => name)
  if (ts.isCatchClause(scope)) return scope.variableDeclaration ? [scope.variableDeclaration.name] : []
  if (ts.isForOfStatement(scope) || ts.isForStatement(scope) || ts.isForInStatement(scope)) {
    const { initializer } = scope
    return initializer && ts.isVariableDeclarationList(initializer)
      ? initializer.declarations.map(({ name }) => name)
      : []
  }
  if (!ts.isSourceFile(scope) && !ts.isBlock(scope) && !ts.isCaseClause(scope)) return []
  return [...scope.statements].flatMap((statement) => {
    if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name)
    return ts.isFunctionDeclaration(statement) && statement.name ? [statement.name] : []
  })
}

const declares = (name: ts.BindingName, text: string): boolean =>
  ts.isIdentifier(name)
    ? name.text === text
    : name.elements.some((element) => ts.isBindingElement(element) && declares(element.name, text))

const isAsync = (node: ts.Node): boolean =>
  node.kind === ts.SyntaxKind.AsyncKeyword ||
  node.kind === ts.SyntaxKind.AwaitKeyword ||
  ts.isAwaitExpression(node) ||
  (ts.isIdentifier(node) && ASYNC_NAMES.has(node.text))

const isDefaultExport = (node: ts.Node): boolean =>
  ts.isExportAssignment(node) ||
  (node.kind === ts.SyntaxKind.DefaultKeyword && ts.isStatement(node.parent)) ||
  (ts.isExportSpecifier(node) && node.name.text === 'default')

const isModuleState = (statement: ts.Statement): boolean => {
  if (!ts.isVariableStatement(statement)) return false
  const { flags, declarations } = statement.declarationList
  if ((flags & ts.NodeFlags.Const) === 0) return true
  return declarations.some(({ initializer }) => {
    if (!initializer || !ts.isNewExpression(initializer)) return false
    return /^(Weak)?(Map|Set)$/.test(initializer.expression.getText()) && (initializer.arguments ?? []).length === 0
  })
}

const isNamedReExport = (statement: ts.Statement): boolean =>
  ts.isExportDeclaration(statement) &&
  statement.moduleSpecifier !== undefined &&
  statement.exportClause !== undefined &&
  ts.isNamedExports(statement.exportClause)
