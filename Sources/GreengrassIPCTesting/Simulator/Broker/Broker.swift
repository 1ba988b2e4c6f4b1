// SPDX-License-Identifier: Apache-2.0

/// The nucleus's MQTT connection and the broker behind it, as one value.
///
/// Two lists are kept apart, because the real thing does: the streams that components hold, and the filters that
/// are subscribed at the broker. A stream hears a message as often as the broker sends a copy for one of those
/// filters, and a stream whose filter is on the first list only is deaf.
struct Broker: Sendable {
    let dialect: Dialect
    /// How long the broker takes to confirm that a filter is given up; classic only.
    var unsubackDelay: Duration
    private(set) var state: BrokerState
    private(set) var subscriptions: [Subscription] = [] { didSet { routes.removeAll(keepingCapacity: true) } }
    private var filters: [String: FilterState] = [:] { didSet { routes.removeAll(keepingCapacity: true) } }
    /// Who gets a message, by topic, for as long as neither list changes: with thousands of streams it takes long to
    /// find out.
    private var routes: [String: [StreamKey]] = [:]
    private static let mostRoutes = 4096
    private var retained: [String: BrokerMessage] = [:]
    /// When the broker will have confirmed, on a classic nucleus, that these filters were given up.
    private var givenUp: [String: Duration] = [:]

    /// A stream that a component holds open.
    struct Subscription: Sendable {
        var stream: StreamKey
        var component: String
        var filter: String
        /// Subscribed while MQTT was never connected, and not answered yet; classic only.
        var isPending: Bool
        /// Cut off inside the nucleus, as after a restart of lite's MQTT daemon.
        var isCut = false
    }

    /// What the nucleus believes about a filter at the broker.
    private enum FilterState: Sendable {
        case subscribed
        /// No SUBSCRIBE was sent, since another filter brings everything.
        case covered
        case unsubscribing(until: Duration)
    }

    init(dialect: Dialect, unsubackDelay: Duration = .milliseconds(100), state: BrokerState = .connected) {
        self.dialect = dialect
        self.unsubackDelay = unsubackDelay
        self.state = state
    }

    /// How a request to subscribe ended.
    enum SubscribeOutcome: Sendable, Equatable {
        /// To be answered with success, then with these retained messages, each on all of its streams.
        case subscribed(retained: [Fanout])
        /// Success, but the stream hears nothing: the broker has not confirmed yet that the filter was given up.
        case deaf
        /// Not to be answered before MQTT connects.
        case pending
        case refused(String)
    }

    mutating func subscribe(_ stream: StreamKey, component: String, filter: String, now: Duration) -> SubscribeOutcome {
        forgetConfirmed(now: now)
        if state != .connected, dialect == .lite { return .refused(LiteText.bindFailed) }
        let isPending = state == .neverConnected
        if state == .lost, filters[filter] == nil, !isCovered(filter) {
            return .refused(ClassicText.subscribeOffline(filter))
        }
        let subscription = Subscription(
            stream: stream,
            component: component,
            filter: filter,
            isPending: isPending
        )
        subscriptions.append(subscription)
        if isPending { return .pending }
        return hold(filter, by: stream)
    }

    /// Makes the filter real at the broker, as far as this nucleus thinks it has to.
    private mutating func hold(_ filter: String, by stream: StreamKey) -> SubscribeOutcome {
        switch (dialect, filters[filter]) {
        case (.lite, _):
            filters[filter] = .subscribed
            return .subscribed(retained: retainedMessages(for: filter))
        case (.classic, .subscribed), (.classic, .covered):
            return .subscribed(retained: [])
        case (.classic, .unsubscribing):
            return hearsAnything(filter) ? .subscribed(retained: []) : .deaf
        case (.classic, nil):
            if isCovered(filter) {
                filters[filter] = .covered
                return .subscribed(retained: [])
            }
            filters[filter] = .subscribed
            return .subscribed(retained: retainedMessages(for: filter))
        }
    }

    /// A stream was closed by the client or with its connection; of two under one identifier, the older one.
    mutating func unsubscribe(_ stream: StreamKey, now: Duration) {
        guard let index = subscriptions.firstIndex(where: { $0.stream == stream }) else { return }
        let filter = subscriptions.remove(at: index).filter
        giveUpIfUnused(filter, now: now)
    }

    mutating func connectionClosed(_ connection: ConnectionID, now: Duration) {
        let gone = subscriptions.filter { $0.stream.connection == connection }
        guard !gone.isEmpty else { return }
        subscriptions.removeAll { $0.stream.connection == connection }
        for filter in Set(gone.map(\.filter)) { giveUpIfUnused(filter, now: now) }
    }

    private mutating func giveUpIfUnused(_ filter: String, now: Duration) {
        forgetConfirmed(now: now)
        guard !subscriptions.contains(where: { $0.filter == filter }) else { return }
        if filters[filter] != nil, unsubackDelay > .zero { givenUp[filter] = now + unsubackDelay }
        switch filters[filter] {
        case .subscribed where dialect == .classic && unsubackDelay > .zero:
            filters[filter] = .unsubscribing(until: now + unsubackDelay)
            subscribeUncovered()
        case .subscribed, .covered:
            filters[filter] = nil
            subscribeUncovered()
        case .unsubscribing, nil:
            break
        }
    }

    /// The broker has confirmed: the nucleus forgets these filters, whoever has subscribed to them meanwhile.
    private mutating func forgetConfirmed(now: Duration) {
        guard !givenUp.isEmpty else { return }
        givenUp = givenUp.filter { $0.value > now }
        for (filter, state) in filters {
            if case .unsubscribing(let until) = state, until <= now { filters[filter] = nil }
        }
    }

    /// Filters that relied on a wider one that is gone are subscribed on their own.
    private mutating func subscribeUncovered() {
        for (filter, state) in filters {
            if case .covered = state, !isCovered(filter) { filters[filter] = .subscribed }
        }
    }

    private func isCovered(_ filter: String) -> Bool {
        filters.contains { other, state in
            guard case .subscribed = state, other != filter else { return false }
            return TopicFilter.covers(other, filter)
        }
    }

    private func hearsAnything(_ filter: String) -> Bool {
        if case .subscribed = filters[filter] { return true }
        return isCovered(filter)
    }

    /// Whether a classic nucleus would not have heard yet that the filter was given up.
    func isBeforeUnsuback(_ filter: String, now: Duration) -> Bool {
        guard let until = givenUp[filter] else { return false }
        return until > now
    }

    /// Whether the stream would get a message that matches its filter now.
    func isDeaf(_ subscription: Subscription, now: Duration) -> Bool {
        var current = self
        current.forgetConfirmed(now: now)
        return subscription.isCut || subscription.isPending || !current.hearsAnything(subscription.filter)
    }

    /// One message and the streams that get it, in the order in which it goes out; a stream is named once a copy.
    struct Fanout: Sendable, Equatable {
        var message: BrokerMessage
        var streams: [StreamKey]
    }

    /// Who gets the message. Nothing arrives while MQTT is not connected.
    mutating func publish(_ message: BrokerMessage, now: Duration) -> Fanout {
        forgetConfirmed(now: now)
        if message.retain { retained[message.topic] = message.payload.isEmpty ? nil : message }
        var result = Fanout(message: message, streams: [])
        guard state == .connected, !subscriptions.isEmpty else { return result }
        result.streams = routes[message.topic] ?? route(message.topic)
        return result
    }

    /// A stream is named once for each filter at the broker that brings a copy.
    private mutating func route(_ topic: String) -> [StreamKey] {
        let copies = filters.count { filter, state in
            guard case .subscribed = state else { return false }
            return TopicFilter.matches(filter, topic: topic)
        }
        let streams = copies > 0 ? streams(for: topic) : []
        let all = (0..<copies).flatMap { _ in streams }
        if routes.count >= Self.mostRoutes { routes.removeAll(keepingCapacity: true) }
        routes[topic] = all
        return all
    }

    private func streams(for topic: String) -> [StreamKey] {
        subscriptions.compactMap { subscription in
            guard !subscription.isPending, !subscription.isCut,
                TopicFilter.matches(subscription.filter, topic: topic)
            else { return nil }
            return subscription.stream
        }
    }

    private func retainedMessages(for filter: String) -> [Fanout] {
        guard !retained.isEmpty else { return [] }
        return retained.values.filter { TopicFilter.matches(filter, topic: $0.topic) }
            .sorted { $0.topic < $1.topic }
            .map { Fanout(message: $0, streams: streams(for: $0.topic)) }
    }

    /// What a change of the connection brings: streams to be answered now, and what they get then.
    struct Connected: Sendable, Equatable {
        var answered: [StreamKey] = []
        var retained: [Fanout] = []
    }

    mutating func setState(_ newState: BrokerState, now: Duration) -> Connected {
        forgetConfirmed(now: now)
        state = newState
        var result = Connected()
        guard newState == .connected else { return result }
        // The real one answers what waited in no particular order; the youngest first is what was recorded.
        for index in subscriptions.indices.reversed() where subscriptions[index].isPending {
            subscriptions[index].isPending = false
            let stream = subscriptions[index].stream
            result.answered.append(stream)
            if case .subscribed(let retained) = hold(subscriptions[index].filter, by: stream) {
                result.retained += retained
            }
        }
        return result
    }

    /// Every stream is gone and so is the session at the broker: the nucleus was restarted.
    mutating func restart() {
        subscriptions.removeAll()
        filters.removeAll()
        givenUp.removeAll()
    }

    /// Cuts every present stream off without a word, as a restart of lite's MQTT daemon does.
    mutating func cutPresentStreams(onFilter filter: String?) {
        for index in subscriptions.indices where filter == nil || subscriptions[index].filter == filter {
            subscriptions[index].isCut = true
        }
    }
}
