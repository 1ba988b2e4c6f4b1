// SPDX-License-Identifier: Apache-2.0

/// What is wrong with the generator's input, and where.
struct CodegenError: Error, Equatable, CustomStringConvertible {
    /// The place in the input, such as `structures.MQTTMessage.members.payload`.
    let place: String
    let message: String

    init(_ place: String, _ message: String) {
        self.place = place
        self.message = message
    }

    var description: String { "\(place): \(message)" }
}
