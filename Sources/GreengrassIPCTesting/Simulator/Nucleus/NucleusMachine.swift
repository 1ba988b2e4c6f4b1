// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream

/// What the owner of the sockets has to do, in order.
enum NucleusAction: Sendable, Equatable {
    case write(ConnectionID, [UInt8])
    /// Close once everything before is written.
    case close(ConnectionID)
    /// Close at once, whatever is not written yet.
    case cutOff(ConnectionID)
    /// Stop reading from a client, or go on.
    case setReading(ConnectionID, Bool)
}

/// The whole simulated nucleus without its sockets: connections, services and faults.
///
/// Bytes and the time go in, actions come out. The time is counted from any fixed moment.
struct NucleusMachine: Sendable {
    let dialect: Dialect
    var broker: Broker
    var localBroker: LocalBroker
    var configurations: ConfigurationStore
    var configurationWatches = ConfigurationWatches()
    var connectionStatusStreams: [StreamKey] = []
    var pausedComponents: Set<String> = []
    /// Calls of RestartComponent and StopComponent that nobody has been told of yet.
    var lifecycleRequests: [LifecycleRequest] = []
    var components = ComponentStore()
    var deployments = DeploymentStore()
    var shadows = ShadowStore()
    var secrets = SecretStore()
    var clientDevices = ClientDeviceStore()
    var faults = FaultPlan()
    /// Subscriptions that are not answered before MQTT connects.
    var pendingCalls: [StreamKey: ServiceCall] = [:]
    /// What components published while MQTT was not connected.
    var spool: [(message: BrokerMessage, component: String)] = []
    var spoolByteCount = 0
    var publicationLog = RecordLog<RecordedPublication>()
    var localPublicationLog = RecordLog<RecordedLocalPublication>()
    var stateLog = RecordLog<RecordedState>()
    var metricLog = RecordLog<RecordedMetric>()
    var callLog = RecordLog<RecordedCall>()
    /// The first calls that were answered with an error, for those who wait for what they would have brought.
    var refusals: [String] = []
    var findings: [Finding] = []
    var findingByteCount = 0
    /// The moment of the input that is being handled.
    var now = Duration.zero
    /// The time of day at the fixed moment that ``now`` counts from, in milliseconds since 1970.
    var dayOrigin: Int64 = 1_700_000_000_000
    var random = SystemRandom()

    var thingName = "MyThing"
    /// Whether nobody supervises the components, so that their states cannot be updated.
    var isSupervisionAbsent = false
    /// What `{iot:thingName}` in policies stands for, if the nucleus interpolates configurations.
    var interpolatedThingName: String?
    /// Whether lite takes a component's name in place of a token, as it does from a process in that component's unit.
    var acceptsComponentNames = true

    /// What gives a classic nucleus further operations.
    var plugins = Set(NucleusPlugin.allCases)
    /// Whether this nucleus is new enough to know SubscribeToIoTCoreConnectionStatus.
    var servesConnectionStatus = true

    /// Tokens by component, and the way back.
    var tokens: [String: String] = [:]
    var names: [String: String] = [:]
    var accessControls: [String: AccessControl] = [:]
    var accessPolicies: [String: AccessPolicy] = [:]
    /// By slot.
    var connections: [Connection?] = []
    /// Messages of which only the beginning has come.
    var stalls: [ConnectionID: Stall] = [:]
    /// No stall is to be looked at before; `nil` is never.
    var nextStallDeadline: Duration?
    var schedule = WireSchedule()
    /// Responses held back until an event has gone out on their stream.
    var heldBack: [StreamKey: [UInt8]] = [:]
    /// Streams that a fault has made deaf.
    var deafStreams: Set<StreamKey> = []
    /// Clients that a message was kept from.
    var silenced: Set<ConnectionID> = []
    /// Clients that nothing is read from for now, and until when.
    var readingPauses: [ConnectionID: Duration] = [:]
    /// A fault wants a restart, which is the owner's of the sockets to do.
    var isRestartDue = false
    /// The stream whose call is being answered.
    var answering: StreamKey?
    var output: [NucleusAction] = []
    /// How often output was taken.
    var turn = 0
    /// A client that leaves more bytes than that unread is cut off.
    var unreadLimit = 64 * 1024 * 1024
    /// Writes to one connection that follow each other go out as one.
    var joined: (connection: ConnectionID, bytes: [UInt8])?

    struct Connection: Sendable {
        let identifier: ConnectionID
        var machine: ServerConnectionMachine
        var decoder: MessageDecoder
        /// Bytes for it in this turn's output.
        var outputByteCount = 0
        /// The turn that these belong to.
        var turn = 0
    }

    init(dialect: Dialect, unsubackDelay: Duration = .milliseconds(100), brokerState: BrokerState = .connected) {
        self.dialect = dialect
        broker = Broker(dialect: dialect, unsubackDelay: unsubackDelay, state: brokerState)
        localBroker = LocalBroker(dialect: dialect)
        configurations = ConfigurationStore(dialect: dialect)
    }

    /// The time of day, in milliseconds since 1970.
    var timeOfDay: Int64 { dayOrigin + now.nanoseconds / 1_000_000 }
}
