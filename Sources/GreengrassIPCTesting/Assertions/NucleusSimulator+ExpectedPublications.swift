// SPDX-License-Identifier: Apache-2.0

public import GreengrassIPC

// What a test expects a component to publish.
extension NucleusSimulator {
    /// Expects that a component publishes this JSON to IoT Core, now or before long. Compared by meaning.
    ///
    /// - Parameters:
    ///   - topic: the topic, exactly.
    ///   - json: what the payload says.
    ///   - timeout: how long to wait for it.
    ///   - file: the test's file, filled in by itself.
    ///   - line: the test's line, filled in by itself.
    /// - Returns: the first such publication.
    /// - Throws: ``UnmetExpectation`` with the difference to the publication on the topic that comes nearest;
    ///   ``NucleusSimulatorError`` if the simulator stops or the component ends with an error; `CancellationError`.
    @discardableResult
    public func expectPublication(
        topic: String,
        json: JSONValue,
        timeout: Duration = .seconds(30),
        file: String = #fileID,
        line: Int = #line
    ) async throws -> RecordedPublication {
        try await expect(.json(json), "publication", on: topic, timeout, "\(file):\(line)") { $0.publications }
    }

    /// Expects that a component publishes this text to IoT Core, now or before long.
    ///
    /// - Throws: as ``expectPublication(topic:json:timeout:file:line:)``.
    @discardableResult
    public func expectPublication(
        topic: String,
        text: String,
        timeout: Duration = .seconds(30),
        file: String = #fileID,
        line: Int = #line
    ) async throws -> RecordedPublication {
        try await expect(.text(text), "publication", on: topic, timeout, "\(file):\(line)") { $0.publications }
    }

    /// Expects that a component publishes these bytes to IoT Core, now or before long.
    ///
    /// - Throws: as ``expectPublication(topic:json:timeout:file:line:)``.
    @discardableResult
    public func expectPublication(
        topic: String,
        payload: [UInt8],
        timeout: Duration = .seconds(30),
        file: String = #fileID,
        line: Int = #line
    ) async throws -> RecordedPublication {
        try await expect(.bytes(payload), "publication", on: topic, timeout, "\(file):\(line)") { $0.publications }
    }

    /// Expects that a component publishes this JSON on a local topic, now or before long. Compared by meaning.
    ///
    /// - Throws: as ``expectPublication(topic:json:timeout:file:line:)``.
    @discardableResult
    public func expectPublication(
        localTopic: String,
        json: JSONValue,
        timeout: Duration = .seconds(30),
        file: String = #fileID,
        line: Int = #line
    ) async throws -> RecordedLocalPublication {
        try await expect(.json(json), "local publication", on: localTopic, timeout, "\(file):\(line)") {
            $0.localPublications
        }
    }

    /// Expects that a component publishes this text, as a binary message, on a local topic, now or before long.
    ///
    /// - Throws: as ``expectPublication(topic:json:timeout:file:line:)``.
    @discardableResult
    public func expectPublication(
        localTopic: String,
        text: String,
        timeout: Duration = .seconds(30),
        file: String = #fileID,
        line: Int = #line
    ) async throws -> RecordedLocalPublication {
        try await expect(.text(text), "local publication", on: localTopic, timeout, "\(file):\(line)") {
            $0.localPublications
        }
    }

    /// Expects that a component publishes these bytes on a local topic, now or before long.
    ///
    /// - Throws: as ``expectPublication(topic:json:timeout:file:line:)``.
    @discardableResult
    public func expectPublication(
        localTopic: String,
        payload: [UInt8],
        timeout: Duration = .seconds(30),
        file: String = #fileID,
        line: Int = #line
    ) async throws -> RecordedLocalPublication {
        try await expect(.bytes(payload), "local publication", on: localTopic, timeout, "\(file):\(line)") {
            $0.localPublications
        }
    }

    private func expect<Message: PublishedMessage>(
        _ content: MessageContent,
        _ what: String,
        on topic: String,
        _ timeout: Duration,
        _ location: String,
        in messages: @escaping @Sendable (borrowing NucleusMachine) -> [Message]
    ) async throws -> Message {
        @Sendable func isExpected(_ message: Message) -> Bool {
            message.topic == topic && message.content(asKindOf: content) == content
        }
        _ = try await isMet("a \(what)", timeout) { messages($0).contains(where: isExpected) }
        let all = messages(nucleus)
        if let found = all.first(where: isExpected) { return found }
        let concealment = nucleus.concealment
        let differences = all.filter { $0.topic == topic }.map { message in
            MessageContent.difference(
                expected: content,
                actual: message.content(asKindOf: content),
                hiding: concealment
            )
        }
        let expected = "a \(what) on \(topic)"
        throw UnmetExpectation.nearest(expected, of: differences, location: location)
            ?? .absent(expected, all.map { "'\($0.topic)'" }, "published", in: nucleus, location: location)
    }
}

/// What a component has published, to IoT Core or locally.
private protocol PublishedMessage: Sendable {
    var topic: String { get }
    /// What was published; bytes as text if text is expected.
    func content(asKindOf expected: MessageContent) -> MessageContent
}

extension RecordedPublication: PublishedMessage {
    fileprivate func content(asKindOf expected: MessageContent) -> MessageContent {
        MessageContent(payload, asKindOf: expected)
    }
}

extension RecordedLocalPublication: PublishedMessage {
    fileprivate func content(asKindOf expected: MessageContent) -> MessageContent {
        if let json { return .json(json) }
        if case .json = expected { return MessageContent(binary ?? [], asKindOf: .text("")) }
        return MessageContent(binary ?? [], asKindOf: expected)
    }
}
