// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// What this component can be told.
struct Settings: Equatable, Sendable {
    var intervalSeconds: Int64 = 60
    var unit = "celsius"

    /// What is wrong with a configuration.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads `sampling`. Numbers may come as text: some tools turn numbers into doubles on their way to a device.
    init(_ json: JSONValue?) throws(Fault) {
        guard let json else { return }
        if let interval = json["intervalSeconds"] {
            guard let seconds = interval.integerValue ?? interval.stringValue.flatMap({ Int64($0) }),
                (1...86_400).contains(seconds)
            else { throw Fault(description: "sampling.intervalSeconds must be a number from 1 to 86400") }
            intervalSeconds = seconds
        }
        if let unit = json["unit"] {
            guard let name = unit.stringValue, ["celsius", "kelvin"].contains(name) else {
                throw Fault(description: "sampling.unit must be celsius or kelvin")
            }
            self.unit = name
        }
    }

    var json: JSONValue { ["intervalSeconds": .integer(intervalSeconds), "unit": .string(unit)] }
}
