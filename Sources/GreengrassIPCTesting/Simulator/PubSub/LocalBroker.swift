// SPDX-License-Identifier: Apache-2.0

/// Who hears what of the messages between components. Nothing is kept: who is not there does not hear.
struct LocalBroker: Sendable {
    let dialect: Dialect
    private var filters = TopicTable<[Subscription]>()
    private var held = HeldStreams()
    private var nextOrder = 0

    struct Subscription: Sendable {
        var stream: StreamKey
        var component: String
        var filter: String
        /// `nil` when the request did not say.
        var mode: ReceiveMode?
        /// Cut off inside the nucleus, as lite's subscriptions are by a message that its bus cannot carry.
        var isCut = false
        /// Streams on filters with a wildcard hear in the order in which they were opened.
        fileprivate var order = 0

        init(stream: StreamKey, component: String, filter: String, mode: ReceiveMode?) {
            self.stream = stream
            self.component = component
            self.filter = filter
            self.mode = mode
        }
    }

    init(dialect: Dialect) {
        self.dialect = dialect
    }

    /// Every stream that is held, in the order in which they were opened.
    var subscriptions: [Subscription] {
        var all: [Subscription] = []
        filters.forEach { all += $0 }
        return all.sorted { $0.order < $1.order }
    }

    /// The streams on exactly this filter.
    func subscriptions(to filter: String) -> [Subscription] {
        (filters[filter] ?? []).filter { $0.filter == filter }
    }

    /// How many streams there are.
    var subscriptionCount: Int { held.count }

    /// Whether this stream is held.
    func holds(_ stream: StreamKey) -> Bool { held.contains(stream) }

    mutating func subscribe(_ subscription: Subscription) {
        nextOrder += 1
        var subscription = subscription
        subscription.order = nextOrder
        filters.update(subscription.filter) { subscriptions in
            if subscriptions == nil { subscriptions = [] }
            subscriptions?.append(subscription)
        }
        held.add(subscription.stream, subscription.filter)
    }

    /// A stream was closed; of two under one identifier, the older one.
    mutating func unsubscribe(_ stream: StreamKey) {
        if let filter = held.removeOldest(stream) { remove(stream, from: filter) }
    }

    mutating func connectionClosed(_ connection: ConnectionID) {
        for (stream, filter) in held.removeAll(of: connection) { remove(stream, from: filter) }
    }

    private mutating func remove(_ stream: StreamKey, from filter: String) {
        filters.update(filter) { subscriptions in
            guard let index = subscriptions?.firstIndex(where: { $0.stream == stream && $0.filter == filter }) else {
                return
            }
            subscriptions?.remove(at: index)
            if subscriptions?.isEmpty == true { subscriptions = nil }
        }
    }

    mutating func removeAll() { self = LocalBroker(dialect: dialect) }

    /// The streams that get a message of a component, or of nobody in particular: those on the topic itself first.
    func streams(for topic: String, from publisher: String?) -> [StreamKey] {
        var exact: [Subscription] = []
        var wildcards: [Subscription] = []
        filters.forEach(matching: topic, sparingDollar: false) { subscriptions in
            if subscriptions.first?.filter == topic { exact = subscriptions } else { wildcards += subscriptions }
        }
        if wildcards.count > 1 { wildcards.sort { $0.order < $1.order } }
        var streams: [StreamKey] = []
        for subscription in exact where hears(subscription, publisher) { streams.append(subscription.stream) }
        for subscription in wildcards where hears(subscription, publisher) { streams.append(subscription.stream) }
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
        var reached: [String] = []
        filters.forEach(matching: topic, sparingDollar: false) { reached += $0.prefix(1).map(\.filter) }
        for filter in reached {
            filters.update(filter) { subscriptions in
                guard var present = subscriptions else { return }
                for index in present.indices { present[index].isCut = true }
                subscriptions = present
            }
        }
    }
}
