import type { Screen } from '../screen.js'
import { dataScreen } from './data.js'
import { experimentScreen } from './experiment.js'
import { funnelScreen } from './funnel.js'
import { healthScreen } from './health.js'
import { homeScreen } from './home.js'
import { itemsScreen } from './items.js'
import { runsScreen } from './runs.js'
import { usersScreen } from './users.js'

/** In the order of their numbers. */
export const SCREENS: readonly Screen[] = [
  homeScreen,
  dataScreen,
  runsScreen,
  usersScreen,
  itemsScreen,
  funnelScreen,
  experimentScreen,
  healthScreen,
]
