// SPDX-License-Identifier: Apache-2.0

public import GreengrassIPC

// What a test expects a component to call.
extension NucleusSimulator {
    /// Expects that an operation is called with this request, now or before long.
    ///
    /// ```swift
    /// try await nucleus.expectCall("GetConfiguration", with: ["keyPath": ["interval"]])
    /// ```
    /// Requests are compared by meaning; a payload in base64 that is JSON may be written as that JSON.
    ///
    /// - Parameters:
    ///   - operation: its name without `aws.greengrass#`.
    ///   - request: the whole request; `nil` for any.
    ///   - component: who calls; `nil` for anyone.
    ///   - timeout: how long to wait for it.
    ///   - file: the test's file, filled in by itself.
    ///   - line: the test's line, filled in by itself.
    /// - Returns: the first such call.
    /// - Throws: ``UnmetExpectation`` with the difference to the call that comes nearest; ``NucleusSimulatorError`` if
    ///   the simulator stops or the component ends with an error; `CancellationError`.
    @discardableResult
    public func expectCall(
        _ operation: String,
        with request: JSONValue? = nil,
        by component: String? = nil,
        timeout: Duration = .seconds(30),
        file: String = #fileID,
        line: Int = #line
    ) async throws -> RecordedCall {
        let expected = CallExpectation(operation: operation, component: component, request: request, isPartial: false)
        return try await expect(expected, timeout, "\(file):\(line)")
    }

    /// Expects that an operation is called with a request that has at least these members, now or before long.
    ///
    /// - Parameters:
    ///   - operation: its name without `aws.greengrass#`.
    ///   - members: what the request must have; objects within it may have further members too.
    ///   - component: who calls; `nil` for anyone.
    ///   - timeout: how long to wait for it.
    ///   - file: the test's file, filled in by itself.
    ///   - line: the test's line, filled in by itself.
    /// - Returns: the first such call.
    /// - Throws: as ``expectCall(_:with:by:timeout:file:line:)``.
    @discardableResult
    public func expectCall(
        _ operation: String,
        including members: JSONValue,
        by component: String? = nil,
        timeout: Duration = .seconds(30),
        file: String = #fileID,
        line: Int = #line
    ) async throws -> RecordedCall {
        let expected = CallExpectation(operation: operation, component: component, request: members, isPartial: true)
        return try await expect(expected, timeout, "\(file):\(line)")
    }

    /// Expects that an operation is called with these requests, in this order and no others in between.
    ///
    /// Waits until there are as many calls since the start, then compares; calls that come later are not seen.
    ///
    /// - Parameters:
    ///   - operation: its name without `aws.greengrass#`.
    ///   - requests: the whole requests.
    ///   - component: who calls; `nil` for anyone.
    ///   - timeout: how long to wait for them.
    ///   - file: the test's file, filled in by itself.
    ///   - line: the test's line, filled in by itself.
    /// - Throws: as ``expectCall(_:with:by:timeout:file:line:)``; the difference is that of the lists.
    public func expectCalls(
        _ operation: String,
        with requests: [JSONValue],
        by component: String? = nil,
        timeout: Duration = .seconds(30),
        file: String = #fileID,
        line: Int = #line
    ) async throws {
        let expected = CallExpectation(operation: operation, component: component, request: nil, isPartial: false)
        let isThere = try await isMet(expected.name, timeout) { expected.candidates(in: $0).count >= requests.count }
        let actual = expected.candidates(in: nucleus)
        let difference = JSONDifference(
            expected: .array(requests.map(\.withPayloadsRead)),
            actual: .array(actual.map(\.request.withPayloadsRead)),
            hiding: nucleus.concealment
        )
        guard !isThere || !difference.isEmpty else { return }
        throw UnmetExpectation(
            summary: "expected \(requests.count) calls of \(expected.name), there were \(actual.count)",
            difference: difference.lines,
            location: "\(file):\(line)"
        )
    }

    /// Expects that an operation was not called so far. Does not wait.
    ///
    /// - Parameters:
    ///   - operation: its name without `aws.greengrass#`.
    ///   - component: by whom; `nil` for anyone.
    ///   - file: the test's file, filled in by itself.
    ///   - line: the test's line, filled in by itself.
    /// - Throws: ``UnmetExpectation`` with the requests that there were.
    public func expectNoCall(
        _ operation: String,
        by component: String? = nil,
        file: String = #fileID,
        line: Int = #line
    ) throws {
        let expected = CallExpectation(operation: operation, component: component, request: nil, isPartial: false)
        let actual = expected.candidates(in: nucleus)
        guard !actual.isEmpty else { return }
        let requests = JSONValue.array(actual.map(\.request.withPayloadsRead))
        throw UnmetExpectation(
            summary: "expected no call of \(expected.name), there were \(actual.count)",
            difference: JSONDifference(expected: [], actual: requests, hiding: nucleus.concealment).lines,
            location: "\(file):\(line)"
        )
    }

    /// Expects that nothing was done so far that a real nucleus would punish. Does not wait.
    ///
    /// - Throws: ``UnmetExpectation`` with each ``Finding``: the rule, the nucleus, what would have happened there, and
    ///   the remedy.
    public func expectNoFindings(file: String = #fileID, line: Int = #line) throws {
        guard !nucleus.findings.isEmpty else { return }
        throw UnmetExpectation(
            summary: "expected no findings, there are \(nucleus.findings.count)",
            difference: nucleus.findings.map { "+ \($0)" },
            location: "\(file):\(line)"
        )
    }

    private func expect(_ expected: CallExpectation, _ timeout: Duration, _ location: String) async throws
        -> RecordedCall
    {
        _ = try await isMet(expected.name, timeout) { expected.match(in: $0) != nil }
        if let call = expected.match(in: nucleus) { return call }
        throw expected.unmet(in: nucleus, location: location)
    }

    /// Waits until something is so; false if it is not in time.
    func isMet(
        _ what: String,
        _ timeout: Duration,
        _ condition: @escaping (borrowing NucleusMachine) -> Bool
    ) async throws -> Bool {
        do {
            try await wait(what, timeout, until: condition)
            return true
        } catch let error as NucleusSimulatorError where error.code == .timedOut {
            return false
        }
    }
}
