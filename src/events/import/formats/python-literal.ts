/**
 * Reads a line of Python's repr of a dict, as the metadata of the Amazon reviews of 2014 is written: single or double
 * quotes, True, False, None. @throws SyntaxError for anything else
 */
export function pythonLiteral(text: string): unknown {
  let at = 0
  const blank = (): void => {
    while (at < text.length && text.charCodeAt(at) <= 32) at++
  }
  const fail = (): never => {
    throw new SyntaxError(`no Python literal at ${at}`)
  }
  const expect = (c: string): void => {
    blank()
    if (text[at] !== c) fail()
    at++
  }
  const follows = (c: string): boolean => {
    blank()
    if (text[at] !== c) return false
    at++
    return true
  }
  const list = (end: string): unknown[] => {
    const values: unknown[] = []
    while (!follows(end)) {
      values.push(value(0))
      if (!follows(',')) {
        expect(end)
        break
      }
    }
    return values
  }
  const string = (quote: string): string => {
    let result = ''
    for (let from = at; ; at++) {
      const c = text[at]
      if (c === undefined) fail()
      if (c !== quote && c !== '\\') continue
      result += text.slice(from, at)
      if (c === quote) {
        at++
        return result
      }
      const [raw, escaped] = unescape(text, at)
      result += escaped
      at += raw - 1
      from = at + 1
    }
  }
  const value = (depth: number): unknown => {
    if (depth > 50) fail()
    blank()
    const c = text[at]
    if (c === '"' || c === "'") {
      at++
      return string(c)
    }
    if (c === '[' || c === '(') {
      at++
      return list(c === '[' ? ']' : ')')
    }
    if (c === '{') {
      at++
      const object: Record<string, unknown> = {}
      while (!follows('}')) {
        const key = value(depth + 1)
        expect(':')
        Object.defineProperty(object, String(key), {
          value: value(depth + 1),
          enumerable: true,
          configurable: true,
          writable: true,
        })
        if (!follows(',')) {
          expect('}')
          break
        }
      }
      return object
    }
    const word = /^(?:True|False|None|[-+]?[\d.]+(?:e[-+]?\d+)?)/i.exec(text.slice(at, at + 40))?.[0] ?? fail()
    at += word.length
    return word === 'True' ? true : word === 'False' ? false : word === 'None' ? null : Number(word)
  }
  const result = value(0)
  blank()
  return at === text.length ? result : fail()
}

const SIMPLE: Record<string, string> = { n: '\n', t: '\t', r: '\r', "'": "'", '"': '"', '\\': '\\' }

/** [length of the escape, what it stands for] */
function unescape(text: string, at: number): [number, string] {
  const c = text[at + 1]
  const digits = c === 'x' ? 2 : c === 'u' ? 4 : c === 'U' ? 8 : 0
  if (digits === 0) return c in SIMPLE ? [2, SIMPLE[c]] : [1, '\\']
  const code = Number.parseInt(text.slice(at + 2, at + 2 + digits), 16)
  return [2 + digits, code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '']
}
