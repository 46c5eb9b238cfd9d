// what the tracing backend records for each tfjs kernel
import './binary.js'
import './create.js'
import './fused.js'
import './gather.js'
import './matmul.js'
import './reduce.js'
import './shape.js'
import './unary.js'
