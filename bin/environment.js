// What libraries read from the environment, set before any of them is loaded: here, since a worker thread has only a
// copy of the environment, which native code does not see.

// TensorFlow's own log lines
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
// ONNX Runtime would report every session to its maker, and keep a device id in the home folder. What does so reads the
// command line with a matcher that recurses for every character, too: from 15 kB on it overruns the stack of a thread.
process.env.ORT_DISABLE_TELEMETRY = '1'
// SQLite opens file: addresses, by which a workspace that nobody can write is read
process.env.SQLITE_USE_URI = '1'
