// first: what comes after it imports React
import './production.js'

export { simulationScreen, type SimulationScreen } from './render-simulation.js'
