// SPDX-License-Identifier: Apache-2.0

/// A device that connects to a component of the core device, to its MQTT broker for instance.
public struct SimulatedClientDevice: Sendable, Hashable {
    /// The thing that it is.
    public var thing: String
    /// Its certificate in PEM. It is compared as it stands; no certificate is looked into.
    public var certificate: String
    /// What it may do.
    public var permissions: [Permission]

    /// Operations that are allowed on resources.
    public struct Permission: Sendable, Hashable {
        /// `mqtt:connect`, `mqtt:publish`, `mqtt:subscribe`, or `*` for all.
        public var operations: [String]
        /// `mqtt:topic:a/b`, with `*` for any text.
        public var resources: [String]

        /// A permission.
        public init(operations: [String], resources: [String]) {
            self.operations = operations
            self.resources = resources
        }
    }

    /// A device; one that may do everything, unless something else is said.
    public init(
        thing: String,
        certificate: String,
        permissions: [Permission] = [Permission(operations: ["*"], resources: ["*"])]
    ) {
        self.thing = thing
        self.certificate = certificate
        self.permissions = permissions
    }
}
