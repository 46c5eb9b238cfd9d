// first: what comes after it imports React
import './production.js'

export { runTui } from './render-app.js'
