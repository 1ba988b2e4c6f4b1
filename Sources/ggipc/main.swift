// SPDX-License-Identifier: Apache-2.0

import EventReactor

// Before anything else: signals arrive as events only where every thread blocks them.
SignalSource.block([SignalSource.terminate, SignalSource.interrupt])
SignalSource.ignoreBrokenPipes()

let arguments = Array(CommandLine.arguments.dropFirst())
let status: Int32
switch arguments.first {
case "simulate":
    status = SimulateCommand.run(Array(arguments.dropFirst()))
case "--help", "-h", "help":
    CurrentProcess.write(Usage.text, to: 1)
    status = 0
default:
    CurrentProcess.write(Usage.text, to: 2)
    status = 2
}
CurrentProcess.exit(status)
