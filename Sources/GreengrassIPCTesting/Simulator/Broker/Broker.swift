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
    private var filters = TopicTable<Filter>()
    /// The filters of each stream, the oldest first; two only when a client has used an identifier twice.
    private var held = HeldStreams()
    /// Filters that rely on a wider one.
    private var covered: Set<String> = []
    /// Filters that were given up, and when the broker will have confirmed it; the soonest first.
    private var confirmations: [(filter: String, due: Duration)] = []
    private var nextOrder = 0
    private var retained: [String: BrokerMessage] = [:]

    /// A stream that a component holds open.
    struct Subscription: Sendable {
        var stream: StreamKey
        var component: String
        var filter: String
        /// Subscribed while MQTT was never connected, and not answered yet; classic only.
        var isPending: Bool
        /// Cut off inside the nucleus, as after a restart of lite's MQTT daemon.
        var isCut = false
        /// Streams hear a message in the order in which they were opened.
        fileprivate var order: Int
    }

    /// A filter that a stream has, or that the nucleus has not forgotten yet.
    private struct Filter: Sendable {
        var text: String
        var state: FilterState?
        /// When the broker will have confirmed, on a classic nucleus, that it was given up.
        var givenUpUntil: Duration?
        var subscriptions: [Subscription] = []

        var isSubscribed: Bool { if case .subscribed? = state { true } else { false } }
        var isForgotten: Bool { state == nil && givenUpUntil == nil && subscriptions.isEmpty }
    }

    /// What the nucleus believes about a filter at the broker.
    private enum FilterState: Sendable, Equatable {
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

    /// Every stream, in the order in which they were opened.
    var subscriptions: [Subscription] {
        var all: [Subscription] = []
        filters.forEach { all += $0.subscriptions }
        return all.sorted { $0.order < $1.order }
    }

    /// The streams on exactly this filter.
    func subscriptions(to filter: String) -> [Subscription] { filters[filter]?.subscriptions ?? [] }

    /// How many streams there are.
    var subscriptionCount: Int { held.count }

    func holds(_ stream: StreamKey) -> Bool { held.contains(stream) }

    /// Changes a filter, and forgets it when nothing is left of it.
    private mutating func change<Result>(_ filter: String, _ body: (inout Filter) -> Result) -> Result {
        filters.update(filter) { entry in
            var value = entry ?? Filter(text: filter)
            entry = nil
            let result = body(&value)
            entry = value.isForgotten ? nil : value
            return result
        }
    }

    private mutating func setState(of filter: String, to state: FilterState?) {
        change(filter) { $0.state = state }
        if state == .covered { covered.insert(filter) } else { covered.remove(filter) }
    }

    // MARK: - Subscribing

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
        if state == .lost, filters[filter]?.state == nil, !isCovered(filter) {
            return .refused(ClassicText.subscribeOffline(filter))
        }
        nextOrder += 1
        let subscription = Subscription(
            stream: stream,
            component: component,
            filter: filter,
            isPending: isPending,
            order: nextOrder
        )
        change(filter) { $0.subscriptions.append(subscription) }
        held.add(stream, filter)
        return isPending ? .pending : hold(filter)
    }

    /// Makes the filter real at the broker, as far as this nucleus thinks it has to.
    private mutating func hold(_ filter: String) -> SubscribeOutcome {
        switch (dialect, filters[filter]?.state) {
        case (.lite, _):
            setState(of: filter, to: .subscribed)
            return .subscribed(retained: retainedMessages(for: filter))
        case (.classic, .subscribed), (.classic, .covered):
            return .subscribed(retained: [])
        case (.classic, .unsubscribing):
            return hearsAnything(filter) ? .subscribed(retained: []) : .deaf
        case (.classic, nil):
            if isCovered(filter) {
                setState(of: filter, to: .covered)
                return .subscribed(retained: [])
            }
            setState(of: filter, to: .subscribed)
            return .subscribed(retained: retainedMessages(for: filter))
        }
    }

    /// A stream was closed by the client or with its connection; of two under one identifier, the older one.
    mutating func unsubscribe(_ stream: StreamKey, now: Duration) {
        guard let filter = held.removeOldest(stream) else { return }
        remove(stream, from: filter)
        giveUpIfUnused(filter, now: now)
    }

    mutating func connectionClosed(_ connection: ConnectionID, now: Duration) {
        let gone = held.removeAll(of: connection)
        for (stream, filter) in gone { remove(stream, from: filter) }
        for (_, filter) in gone { giveUpIfUnused(filter, now: now) }
    }

    private mutating func remove(_ stream: StreamKey, from filter: String) {
        change(filter) { entry in
            guard let index = entry.subscriptions.firstIndex(where: { $0.stream == stream }) else { return }
            entry.subscriptions.remove(at: index)
            // What has neither a stream nor a state is forgotten here, what has one is given up later.
        }
    }

    private mutating func giveUpIfUnused(_ filter: String, now: Duration) {
        forgetConfirmed(now: now)
        guard let entry = filters[filter], entry.subscriptions.isEmpty, let state = entry.state else { return }
        if unsubackDelay > .zero {
            let due = now + unsubackDelay
            change(filter) { $0.givenUpUntil = due }
            confirm(filter, at: due)
        }
        switch state {
        case .subscribed where dialect == .classic && unsubackDelay > .zero:
            setState(of: filter, to: .unsubscribing(until: now + unsubackDelay))
        case .subscribed, .covered: setState(of: filter, to: nil)
        case .unsubscribing: return
        }
        if state == .subscribed { subscribeUncovered(by: filter) }
    }

    // MARK: - Giving up

    private mutating func confirm(_ filter: String, at due: Duration) {
        let place = (confirmations.lastIndex { $0.due <= due } ?? -1) + 1
        confirmations.insert((filter, due), at: place)
    }

    /// The broker has confirmed: the nucleus forgets these filters, whoever has subscribed to them meanwhile.
    private mutating func forgetConfirmed(now: Duration) {
        guard let first = confirmations.first, first.due <= now else { return }
        let count = confirmations.firstIndex { $0.due > now } ?? confirmations.count
        let confirmed = confirmations.prefix(count)
        confirmations.removeFirst(count)
        for (filter, _) in confirmed {
            change(filter) { entry in
                if case .unsubscribing(let until)? = entry.state, until <= now { entry.state = nil }
                if let until = entry.givenUpUntil, until <= now { entry.givenUpUntil = nil }
            }
        }
    }

    /// Filters that relied on a wider one that is gone are subscribed on their own.
    private mutating func subscribeUncovered(by gone: String) {
        guard !covered.isEmpty, TopicFilter.hasWildcard(gone) else { return }
        // The widest come first, since `#` and `+` sort before whatever a level may be named.
        for filter in covered.filter({ TopicFilter.covers(gone, $0) }).sorted() where !isCovered(filter) {
            setState(of: filter, to: .subscribed)
        }
    }

    private func isCovered(_ filter: String) -> Bool {
        var isCovered = false
        filters.forEach(covering: filter) { other in
            if other.isSubscribed, other.text != filter { isCovered = true }
        }
        return isCovered
    }

    private func hearsAnything(_ filter: String) -> Bool {
        filters[filter]?.isSubscribed == true || isCovered(filter)
    }

    /// Whether a classic nucleus would not have heard yet that the filter was given up.
    func isBeforeUnsuback(_ filter: String, now: Duration) -> Bool {
        guard let until = filters[filter]?.givenUpUntil else { return false }
        return until > now
    }

    /// Whether the stream would not get a message that matches its filter now.
    func isDeaf(_ subscription: Subscription) -> Bool {
        subscription.isCut || subscription.isPending || !hearsAnything(subscription.filter)
    }

    // MARK: - Messages

    /// One message and the streams that get it, in the order in which it goes out; a stream is named once a copy.
    struct Fanout: Sendable, Equatable {
        var message: BrokerMessage
        var streams: [StreamKey]
    }

    /// Who gets the message. Nothing arrives while MQTT is not connected.
    mutating func publish(_ message: BrokerMessage, now: Duration) -> Fanout {
        forgetConfirmed(now: now)
        if message.retain { retained[message.topic] = message.payload.isEmpty ? nil : message }
        guard state == .connected else { return Fanout(message: message, streams: []) }
        return Fanout(message: message, streams: route(message.topic))
    }

    /// A stream is named once for each filter at the broker that brings a copy.
    private func route(_ topic: String) -> [StreamKey] {
        var copies = 0
        var lists: [[Subscription]] = []
        filters.forEach(matching: topic) { filter in
            if filter.isSubscribed { copies += 1 }
            if !filter.subscriptions.isEmpty { lists.append(filter.subscriptions) }
        }
        guard copies > 0, let first = lists.first else { return [] }
        let streams = Self.hearing(lists.count == 1 ? first : lists.joined().sorted { $0.order < $1.order })
        return copies == 1 ? streams : (0..<copies).flatMap { _ in streams }
    }

    private static func hearing(_ subscriptions: [Subscription]) -> [StreamKey] {
        var streams: [StreamKey] = []
        streams.reserveCapacity(subscriptions.count)
        for subscription in subscriptions where !subscription.isPending && !subscription.isCut {
            streams.append(subscription.stream)
        }
        return streams
    }

    private func retainedMessages(for filter: String) -> [Fanout] {
        guard !retained.isEmpty else { return [] }
        return retained.values.filter { TopicFilter.matches(filter, topic: $0.topic) }
            .sorted { $0.topic < $1.topic }
            .map { message in
                var all: [Subscription] = []
                filters.forEach(matching: message.topic) { all += $0.subscriptions }
                return Fanout(message: message, streams: Self.hearing(all.sorted { $0.order < $1.order }))
            }
    }

    // MARK: - The connection

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
        for subscription in subscriptions.reversed() where subscription.isPending {
            change(subscription) { $0.isPending = false }
            result.answered.append(subscription.stream)
            if case .subscribed(let retained) = hold(subscription.filter) { result.retained += retained }
        }
        return result
    }

    private mutating func change(_ subscription: Subscription, _ body: (inout Subscription) -> Void) {
        change(subscription.filter) { entry in
            for index in entry.subscriptions.indices where entry.subscriptions[index].order == subscription.order {
                body(&entry.subscriptions[index])
            }
        }
    }

    /// Every stream is gone and so is the session at the broker: the nucleus was restarted.
    mutating func restart() {
        filters = TopicTable()
        held = HeldStreams()
        covered.removeAll()
        confirmations.removeAll()
    }

    /// Cuts every present stream off without a word, as a restart of lite's MQTT daemon does.
    mutating func cutPresentStreams(onFilter filter: String?) {
        for subscription in filter.map(subscriptions(to:)) ?? subscriptions {
            change(subscription) { $0.isCut = true }
        }
    }
}
