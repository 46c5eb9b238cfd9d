/** Colours by what they mean; all undefined (the terminal's own) where NO_COLOR is set (https://no-color.org). */
export interface Theme {
  accent?: string
  good?: string
  warn?: string
  bad?: string
  /** one a curve, in order of selection */
  series: (string | undefined)[]
}

export function themeFor(env: NodeJS.ProcessEnv): Theme {
  if (env.NO_COLOR) return { series: [undefined] }
  return {
    accent: 'cyan',
    good: 'green',
    warn: 'yellow',
    bad: 'red',
    series: ['cyan', 'yellow', 'magenta', 'green', 'blue', 'red'],
  }
}

export const theme = themeFor(process.env)

/** The letter and the colour of the n-th curve of a chart. */
export function seriesStyle(n: number): { mark: string; colour?: string } {
  return { mark: String.fromCharCode(65 + (n % 26)), colour: theme.series[n % theme.series.length] }
}
