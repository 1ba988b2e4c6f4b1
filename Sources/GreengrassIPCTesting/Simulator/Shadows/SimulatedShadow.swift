// SPDX-License-Identifier: Apache-2.0

public import GreengrassIPC

/// A shadow as it is, or is to be at first.
public struct SimulatedShadow: Sendable, Hashable {
    /// Whose it is.
    public var thing: String
    /// Its name; `nil` for the thing's unnamed shadow.
    public var name: String?
    /// What is wanted, an object; `nil` for nothing.
    public var desired: JSONValue?
    /// What is, an object; `nil` for nothing.
    public var reported: JSONValue?
    /// How often it was updated, from 1.
    public var version: Int64

    /// A shadow.
    public init(
        thing: String,
        name: String? = nil,
        desired: JSONValue? = nil,
        reported: JSONValue? = nil,
        version: Int64 = 1
    ) {
        self.thing = thing
        self.name = name
        self.desired = desired
        self.reported = reported
        self.version = version
    }
}
