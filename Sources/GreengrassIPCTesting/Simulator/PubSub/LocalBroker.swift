// SPDX-License-Identifier: Apache-2.0

/// Who hears what of the messages between components. Nothing is kept: who is not there does not hear.
struct LocalBroker: Sendable {
    let dialect: Dialect
    private var exact: [String: [Subscription]] = [:]
    private var wildcards: [Subscription] = []
    private var filters: [StreamKey: [String]] = [:]

    struct Subscription: Sendable {
        var stream: StreamKey
        var component: String
        var filter: String
        /// `nil` when the request did not say.
        var mode: ReceiveMode?
        /// Cut off inside the nucleus, as lite's subscriptions are by a message that its bus cannot carry.
        var isCut = false
    }

    init(dialect: Dialect) {
        self.dialect = dialect
    }

    /// Every stream that is held.
    var subscriptions: [Subscription] { exact.values.flatMap { $0 } + wildcards }

    mutating func subscribe(_ subscription: Subscription) {
        filters[subscription.stream, default: []].append(subscription.filter)
        if TopicFilter.hasWildcard(subscription.filter) {
            wildcards.append(subscription)
        } else {
            exact[subscription.filter, default: []].append(subscription)
        }
    }

    /// A stream was closed; of two under one identifier, the older one.
    mutating func unsubscribe(_ stream: StreamKey) {
        guard var held = filters.removeValue(forKey: stream) else { return }
        let filter = held.removeFirst()
        if !held.isEmpty { filters[stream] = held }
        if TopicFilter.hasWildcard(filter) {
            guard let index = wildcards.firstIndex(where: { $0.stream == stream }) else { return }
            wildcards.remove(at: index)
        } else if let index = exact[filter]?.firstIndex(where: { $0.stream == stream }) {
            exact[filter]?.remove(at: index)
            if exact[filter]?.isEmpty == true { exact[filter] = nil }
        }
    }

    mutating func connectionClosed(_ connection: ConnectionID) {
        for stream in filters.keys where stream.connection == connection {
            while filters[stream] != nil { unsubscribe(stream) }
        }
    }

    mutating func removeAll() { self = LocalBroker(dialect: dialect) }

    /// The streams that get a message of a component, or of nobody in particular.
    func streams(for topic: String, from publisher: String?) -> [StreamKey] {
        var streams: [StreamKey] = []
        for subscription in exact[topic] ?? [] where hears(subscription, publisher) {
            streams.append(subscription.stream)
        }
        for subscription in wildcards where TopicFilter.covers(subscription.filter, topic) {
            if hears(subscription, publisher) { streams.append(subscription.stream) }
        }
        return streams
    }

    private func hears(_ subscription: Subscription, _ publisher: String?) -> Bool {
        guard !subscription.isCut else { return false }
        // Lite does not look at the mode.
        guard dialect == .classic, subscription.component == publisher else { return true }
        return switch subscription.mode {
        case .allMessages?: true
        case .fromOthers?: false
        case nil: !TopicFilter.hasWildcard(subscription.filter)
        }
    }

    /// Cuts off, without a word, every stream that would hear a topic.
    mutating func cut(topic: String) {
        if var present = exact[topic] {
            for index in present.indices { present[index].isCut = true }
            exact[topic] = present
        }
        for index in wildcards.indices where TopicFilter.covers(wildcards[index].filter, topic) {
            wildcards[index].isCut = true
        }
    }
}
