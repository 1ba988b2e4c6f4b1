// SPDX-License-Identifier: Apache-2.0

public import GreengrassIPC

extension NucleusSimulator {
    /// How a simulated nucleus is set up.
    public struct Configuration: Sendable {
        /// Which nucleus it behaves like.
        public var dialect: Dialect
        /// The components that it knows.
        public var components: [SimulatedComponent]
        /// Where it listens: at most 107 bytes. `nil` for a fresh directory below `TMPDIR` or `/tmp`.
        public var socketPath: String?
        /// The name of the thing that the device is.
        public var thingName: String
        /// The AWS region that components are told.
        public var region: String
        /// The nucleus's own configuration, which components can read.
        public var nucleusConfiguration: JSONValue
        /// How long the broker takes to confirm that a filter is given up. Classic only: a subscription made
        /// meanwhile is deaf.
        public var unsubackDelay: Duration
        /// How the nucleus stands with the broker at first.
        public var brokerState: BrokerState
        /// Whether `{iot:thingName}` in policies stands for the thing's name. The real nuclei leave it as it is
        /// unless they are told to interpolate component configurations.
        public var interpolatesComponentConfiguration: Bool
        /// Whether lite takes a component's name in place of a token, as it does from a process of that component.
        public var acceptsComponentNames: Bool
        /// What gives a classic nucleus further operations; all that there are unless something else is said.
        public var plugins = Set(NucleusPlugin.allCases)
        /// Whether the nucleus is new enough to know SubscribeToIoTCoreConnectionStatus. Those of before 2026 are not.
        public var servesConnectionStatus = true
        /// The secrets that the device has.
        public var secrets: [SimulatedSecret] = []
        /// The shadows that there are at first.
        public var shadows: [SimulatedShadow] = []
        /// The client devices that may connect.
        public var clientDevices: [SimulatedClientDevice] = []
        /// What a local deployment can bring to the device beside ``components``.
        public var availableComponents: [SimulatedComponent] = []
        /// How fast deployments go.
        public var deploymentPace = DeploymentPace()
        /// How many bytes a client may leave unread. One that leaves more is cut off, and a finding says so.
        public var unreadLimit = 64 * 1024 * 1024
        /// What goes wrong from the start on.
        public var faults: [SimulatedFault] = []
        /// Called for each finding when it is made, on the simulator's thread.
        public var onFinding: (@Sendable (Finding) -> Void)?
        /// Called when a component is to be stopped or restarted, on the simulator's thread.
        package var onLifecycleRequest: (@Sendable (LifecycleRequest) -> Void)?

        /// A set-up with the defaults of a real device.
        public init(
            dialect: Dialect = .classic,
            components: [SimulatedComponent] = [],
            socketPath: String? = nil,
            thingName: String = "MyThing",
            region: String = "us-east-1",
            nucleusConfiguration: JSONValue = [:],
            unsubackDelay: Duration = .milliseconds(100),
            brokerState: BrokerState = .connected,
            interpolatesComponentConfiguration: Bool = false,
            acceptsComponentNames: Bool = true
        ) {
            self.dialect = dialect
            self.components = components
            self.socketPath = socketPath
            self.thingName = thingName
            self.region = region
            self.nucleusConfiguration = nucleusConfiguration
            self.unsubackDelay = unsubackDelay
            self.brokerState = brokerState
            self.interpolatesComponentConfiguration = interpolatesComponentConfiguration
            self.acceptsComponentNames = acceptsComponentNames
        }
    }

    /// A stream that a component holds on an IoT Core filter.
    public struct Subscription: Sendable, Hashable {
        /// Whose it is.
        public var component: String
        /// The filter.
        public var filter: String
        /// Whether a message that matches the filter would not reach it now.
        public var isDeaf: Bool
    }
}
