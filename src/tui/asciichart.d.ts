declare module 'asciichart' {
  interface Config {
    min?: number
    max?: number
    height?: number
    offset?: number
    format?: (x: number, i: number) => string
  }
  const asciichart: { plot(series: number[] | number[][], config?: Config): string }
  export default asciichart
}
