import type { Screen } from '../screen.js'
import { homeScreen } from './home.js'
import { runsScreen } from './runs.js'
import { usersScreen } from './users.js'

/** In the order of their numbers. */
export const SCREENS: readonly Screen[] = [homeScreen, runsScreen, usersScreen]
