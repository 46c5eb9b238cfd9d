#!/usr/bin/env node
import { execute } from '@oclif/core'

// TensorFlow's own log lines; set here because a worker thread sees only a copy of the environment
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'

await execute({ dir: import.meta.url })
