// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// Calls and their answers.
extension NucleusMachine {
    mutating func note(_ finding: Finding) { findings.append(finding) }

    mutating func handle(_ call: ServiceCall, on connection: ConnectionID) {
        guard let component = connections[connection]?.machine.component else { return }
        let parsed = try? JSONValue(jsonBytes: call.payload)
        let name = Operations.shortName(call.operation)
        calls.append(
            RecordedCall(component: component, operation: name ?? call.operation, request: parsed ?? .null)
        )
        Self.trim(&calls)
        if let parsed {
            let harm = connections[connection]?.machine.lookForHarm(inRequest: parsed, of: call.operation)
            perform(harm ?? [], on: connection)
        }
        guard let name, Operations.model.contains(name) else {
            return answer(call, with: .unknownOperation(call.operation), on: connection)
        }
        guard Self.served.contains(name) else { return answer(call, with: unserved(call.operation), on: connection) }
        switch parsed {
        case .object(let members)?:
            let request = Request(dialect: dialect, component: component, members: members)
            serve(name, call, request, from: connection)
        case nil where !call.payload.isEmpty: answer(call, with: .internalServerError, on: connection)
        case .null?, nil:
            let getter = name == "GetConfiguration" ? "getComponentName" : "getTopicName"
            let text = dialect == .classic ? ClassicText.nullRequest(name, getter) : nil
            answer(call, with: .failure(.service, text), on: connection)
        default:
            answer(call, with: .internalServerError, on: connection)
        }
    }

    private static let served: Set<String> = ["GetConfiguration", "PublishToIoTCore", "SubscribeToIoTCore"]

    private func unserved(_ operation: String) -> Reply {
        .failure(.service, dialect == .classic ? ClassicText.unsupported(operation) : nil)
    }

    private mutating func serve(_ name: String, _ call: ServiceCall, _ request: Request, from connection: ConnectionID)
    {
        switch name {
        case "GetConfiguration": answer(call, with: getConfiguration(call, request), on: connection)
        case "PublishToIoTCore": publishToIoTCore(call, request, from: connection)
        case "SubscribeToIoTCore": subscribeToIoTCore(call, request, from: connection)
        default: answer(call, with: unserved(call.operation), on: connection)
        }
    }

    mutating func answer(_ call: ServiceCall, with reply: Reply, on connection: ConnectionID) {
        perform(connections[connection]?.machine.reply(reply, to: call) ?? [], on: connection)
    }

    mutating func sendEvent(_ shape: String, json: [UInt8], on stream: StreamKey) {
        let event = connections[stream.connection]?.machine.event(shape, json: json, on: stream.stream)
        guard let frame = event ?? nil else { return }
        send(frame, .event, on: stream.connection)
        guard !heldBack.isEmpty, let response = heldBack.removeValue(forKey: stream) else { return }
        write(response, to: stream.connection, faults: [])
    }

    static func trim<Element>(_ records: inout [Element]) {
        if records.count >= remembered { records.removeFirst(remembered / 2) }
    }
}
