import { useEffect, useState } from 'react'

/** What is read again and again while a screen is on show, so that what other processes do is followed. */
export function useEvery<T>(read: () => T, shown: boolean, everyMs = 1000): T {
  const [value, setValue] = useState(read)
  useEffect(() => {
    if (!shown) return
    setValue(read())
    const timer = setInterval(() => setValue(read()), everyMs)
    return () => clearInterval(timer)
  }, [read, shown, everyMs])
  return value
}
