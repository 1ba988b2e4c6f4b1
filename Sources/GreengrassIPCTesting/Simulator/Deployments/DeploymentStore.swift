// SPDX-License-Identifier: Apache-2.0

/// All deployments since the start, and who wants to be told of them.
struct DeploymentStore: Sendable {
    /// In the order in which they came.
    var deployments: [Deployment] = []
    /// Those before it are finished.
    private var cursor = 0
    var pace = DeploymentPace()
    /// What a deployment can bring to the device, by name.
    var available: [String: SimulatedComponent] = [:]
    /// The configurations that components were deployed with.
    var defaults = DefaultConfigurations()
    /// Whether there is a directory of recipes or artifacts.
    var directoryExists: @Sendable (String) -> Bool = { _ in true }
    /// Whether a recipe in JSON is one; whether it is there counts for nothing.
    var isWellFormed: @Sendable (String) -> Bool = { _ in true }
    /// Where the nucleus keeps artifacts. Copying from above it would never end.
    var artifactStore = "/greengrass/v2/packages/artifacts"

    /// Streams of SubscribeToComponentUpdates.
    var updateStreams: [(stream: StreamKey, component: String)] = []
    /// Streams of SubscribeToValidateConfigurationUpdates. Of a component's only the first hears anything.
    var validationStreams: [(stream: StreamKey, component: String)] = []

    /// The most deployments that are remembered; of more, finished ones are forgotten.
    static let remembered = 1000

    mutating func add(_ deployment: Deployment) {
        if deployments.count >= Self.remembered, let old = deployments.firstIndex(where: \.isFinished) {
            deployments.remove(at: old)
            if old < cursor { cursor -= 1 }
        }
        deployments.append(deployment)
    }

    /// The one that is not finished and came first; the others wait for it.
    var current: Int? { deployments[cursor...].firstIndex { !$0.isFinished } }

    mutating func passFinished() { cursor = current ?? deployments.count }

    func index(of id: String) -> Int? { deployments.firstIndex { $0.id == id } }

    /// When the current one goes on by itself.
    var nextDue: Duration? { current.flatMap { deployments[$0].due } }

    func validationStream(of component: String) -> StreamKey? {
        validationStreams.first { $0.component == component }?.stream
    }

    mutating func forget(_ stream: StreamKey) { forgetStreams { $0 == stream } }

    mutating func forget(_ connection: ConnectionID) { forgetStreams { $0.connection == connection } }

    /// Who is gone is not waited for.
    private mutating func forgetStreams(_ isGone: (StreamKey) -> Bool) {
        guard !updateStreams.isEmpty || !validationStreams.isEmpty else { return }
        updateStreams.removeAll { isGone($0.stream) }
        validationStreams.removeAll { isGone($0.stream) }
        guard let current, case .notifying(let notices, let until) = deployments[current].stage else { return }
        deployments[current].stage = .notifying(notices.filter { !isGone($0.stream) }, until: until)
    }

    mutating func restart() {
        updateStreams.removeAll()
        validationStreams.removeAll()
        guard let current, case .notifying(_, let until) = deployments[current].stage else { return }
        deployments[current].stage = .notifying([], until: until)
    }
}
