// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// Calls and their answers.
extension NucleusMachine {
    var calls: [RecordedCall] { callLog.records }
    var publications: [RecordedPublication] { publicationLog.records }
    var localPublications: [RecordedLocalPublication] { localPublicationLog.records }
    var stateReports: [RecordedState] { stateLog.records }
    var metricRecords: [RecordedMetric] { metricLog.records }

    private static let mostFindings = 20_000
    private static let mostFindingBytes = 16 * 1024 * 1024
    private static let getSystemConfig = "aws.greengrass.private#GetSystemConfig"

    mutating func note(_ finding: Finding) {
        // Names and details are the client's, and may be long.
        let size = finding.detail.utf8.count + (finding.operation?.utf8.count ?? 0)
        guard findings.count < Self.mostFindings, findingByteCount + size <= Self.mostFindingBytes else { return }
        findingByteCount += size
        findings.append(finding)
    }

    mutating func handle(_ call: ServiceCall, on connection: ConnectionID) {
        guard let component = connections[connection.slot]?.machine.component else { return }
        let parsed = (try? JSONValue(jsonBytes: call.payload.span)) ?? deepRequest(call)
        let operation = Operation.named[call.operation]
        callLog.append(
            RecordedCall(
                component: component,
                operation: operation?.rawValue ?? Operation.shortName(call.operation),
                request: parsed ?? .null
            ),
            // JSON takes several times its text once it is read.
            bytes: 4 * call.payload.count + call.operation.utf8.count
        )
        if let parsed, ServerConnectionMachine.mayHarm(parsed) {
            let harm = connections[connection.slot]?.machine.lookForHarm(inRequest: parsed, of: call.operation)
            perform(harm ?? [], on: connection)
        }
        if dialect == .lite, let parsed {
            guard LiteBus.reads(parsed) else { return answer(call, with: .failure(.service, nil), on: connection) }
            if call.operation == Self.getSystemConfig {
                return answer(call, with: systemConfiguration(call, parsed), on: connection)
            }
        }
        guard let operation else { return answer(call, with: .unknownOperation(call.operation), on: connection) }
        if let refusal = refusal(of: operation, call.operation) { return answer(call, with: refusal, on: connection) }
        switch parsed {
        case .object(let members)?:
            if dialect == .classic, !MemberKind.structure(operation.members).accepts(.object(members)) {
                return answer(call, with: .internalServerError, on: connection)
            }
            let request = Request(dialect: dialect, component: component, members: members)
            serve(operation, call, request, from: connection)
        case nil where !call.payload.isEmpty: answer(call, with: .internalServerError, on: connection)
        case .null?, nil:
            if let reply = nullReply(operation) { return answer(call, with: reply, on: connection) }
            serve(operation, call, Request(dialect: dialect, component: component, members: [:]), from: connection)
        default:
            answer(call, with: .internalServerError, on: connection)
        }
    }

    mutating func answer(_ call: ServiceCall, with reply: Reply, on connection: ConnectionID) {
        answering = StreamKey(connection: connection, stream: call.stream)
        noteRefusal(reply, call, on: connection)
        perform(connections[connection.slot]?.machine.reply(reply, to: call) ?? [], on: connection)
    }

    mutating func sendEvent(_ shape: String, json: [UInt8], on stream: StreamKey) {
        if !deafStreams.isEmpty, deafStreams.contains(stream) { return }
        let event = connections[stream.connection.slot]?.machine.event(shape, json: json, on: stream.stream)
        guard let frame = event ?? nil else { return }
        send(frame, .event, on: stream.connection)
        guard !heldBack.isEmpty, let response = heldBack.removeValue(forKey: stream) else { return }
        write(response, to: stream.connection, faults: [])
    }
}
