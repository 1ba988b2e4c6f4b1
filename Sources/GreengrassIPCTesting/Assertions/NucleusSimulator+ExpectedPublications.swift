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
        try await expect(.json(json), topic, timeout, "\(file):\(line)")
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
        try await expect(.text(text), topic, timeout, "\(file):\(line)")
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
        try await expect(.bytes(payload), topic, timeout, "\(file):\(line)")
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
        try await expectLocal(.json(json), localTopic, timeout, "\(file):\(line)")
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
        try await expectLocal(.text(text), localTopic, timeout, "\(file):\(line)")
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
        try await expectLocal(.bytes(payload), localTopic, timeout, "\(file):\(line)")
    }

    private func expect(
        _ content: MessageContent,
        _ topic: String,
        _ timeout: Duration,
        _ location: String
    ) async throws -> RecordedPublication {
        @Sendable func isExpected(_ publication: RecordedPublication) -> Bool {
            publication.topic == topic && MessageContent(publication.payload, asKindOf: content) == content
        }
        _ = try await isMet("a publication", timeout) { $0.publications.contains(where: isExpected) }
        if let found = nucleus.publications.first(where: isExpected) { return found }
        let there = nucleus.publications.filter { $0.topic == topic }
        throw unmet(
            "a publication on \(topic)",
            expected: content,
            actual: there.map { MessageContent($0.payload, asKindOf: content) },
            otherTopics: nucleus.publications.map(\.topic),
            location: location
        )
    }

    private func expectLocal(
        _ content: MessageContent,
        _ topic: String,
        _ timeout: Duration,
        _ location: String
    ) async throws -> RecordedLocalPublication {
        @Sendable func isExpected(_ publication: RecordedLocalPublication) -> Bool {
            publication.topic == topic && publication.content(asKindOf: content) == content
        }
        _ = try await isMet("a local publication", timeout) { $0.localPublications.contains(where: isExpected) }
        if let found = nucleus.localPublications.first(where: isExpected) { return found }
        let there = nucleus.localPublications.filter { $0.topic == topic }
        throw unmet(
            "a local publication on \(topic)",
            expected: content,
            actual: there.map { $0.content(asKindOf: content) },
            otherTopics: nucleus.localPublications.map(\.topic),
            location: location
        )
    }

    private func unmet(
        _ what: String,
        expected: MessageContent,
        actual: [MessageContent],
        otherTopics: [String],
        location: String
    ) -> UnmetExpectation {
        let differences = actual.map { actual in
            MessageContent.difference(expected: expected, actual: actual, hiding: nucleus.concealment)
        }
        func weight(_ lines: [String]) -> Int { lines.count { !$0.hasPrefix(" ") } }
        guard let nearest = differences.indices.min(by: { weight(differences[$0]) < weight(differences[$1]) }) else {
            let topics = CallExpectation.counted(otherTopics.map { "'\($0)'" })
            let instead = topics.isEmpty ? "nothing was published" : "published were \(topics)"
            return UnmetExpectation(
                summary: "expected \(what); \(instead)" + nucleus.refusalsText,
                difference: [],
                location: location
            )
        }
        let which = actual.count == 1 ? "the only one" : "the nearest of \(actual.count), number \(nearest + 1),"
        return UnmetExpectation(
            summary: "expected \(what); \(which) differs",
            difference: differences[nearest],
            location: location
        )
    }
}

extension RecordedLocalPublication {
    /// What was published; bytes as text if text is expected.
    fileprivate func content(asKindOf expected: MessageContent) -> MessageContent {
        if let json { return .json(json) }
        if case .json = expected { return MessageContent(binary ?? [], asKindOf: .text("")) }
        return MessageContent(binary ?? [], asKindOf: expected)
    }
}
