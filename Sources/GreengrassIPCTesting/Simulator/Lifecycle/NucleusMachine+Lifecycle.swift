// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension NucleusMachine {
    static let lifecycle = "aws.greengrass.ipc.lifecycle"
    static let componentMetric = "aws.greengrass.ipc.componentmetric"
    private static let streamManager = "aws.greengrass.StreamManager"

    /// A component says how it is.
    mutating func updateState(_ call: ServiceCall, _ request: Request) -> Reply {
        guard let state = request.text("state") else { return request.wrongType }
        guard let name = state.value, let reported = ReportedState(rawValue: name) else {
            switch dialect {
            case .classic:
                let text = ClassicText.nullMember(.updateState, "getState", "ReportedLifecycleState.toString")
                return .failure(.service, text)
            case .lite: return state.value == nil ? request.wrongType : .failure(.service, LiteText.stateFailed)
            }
        }
        guard tokens[request.component] != nil, !isSupervisionAbsent else {
            return dialect == .classic
                ? .failure(
                    ServiceFailure(code: .resourceNotFound, text: nil, resourceType: "Component", isTextSetLate: true)
                ) : .failure(.service, LiteText.stateFailed)
        }
        stateLog.append(RecordedState(component: request.component, state: reported))
        _ = components.setState(reported == .running ? .running : .errored, of: request.component)
        return .success(call.operation)
    }

    mutating func pauseOrResume(_ call: ServiceCall, _ request: Request, pausing: Bool) -> Reply {
        guard let name = request.text("componentName")?.value else {
            return .failure(.invalidArguments, ClassicText.componentNameRequired)
        }
        guard access(of: request.component).allows(Self.lifecycle, call.operation, on: name) else {
            return unauthorized(request.component, Self.lifecycle, call.operation, on: name)
        }
        guard tokens[name] != nil else {
            return .failure(ServiceFailure(code: .resourceNotFound, text: nil, isTextSetLate: true))
        }
        if pausing { pausedComponents.insert(name) } else { pausedComponents.remove(name) }
        return .success(call.operation)
    }

    /// Only AWS's own components may.
    mutating func putComponentMetric(_ call: ServiceCall, _ request: Request) -> Reply {
        let component = request.component
        guard component.hasPrefix("aws.") else {
            return .failure(
                .unauthorized,
                ClassicText.notAuthorized(component, Self.componentMetric, call.operation)
            )
        }
        guard let metrics = request.members["metrics"]?.arrayValue, !metrics.isEmpty else {
            return .failure(.invalidArguments, "Null or Empty list of metrics found in PutComponentMetricRequest")
        }
        var recorded: [RecordedMetric] = []
        for metric in metrics {
            guard let name = metric["name"]?.stringValue, !name.isEmpty, let unit = metric["unit"]?.stringValue,
                let value = metric["value"]?.doubleValue, value >= 0
            else {
                return .failure(.invalidArguments, "Invalid argument found in PutComponentMetricRequest")
            }
            guard access(of: component).allows(Self.componentMetric, call.operation, on: name) else {
                return unauthorized(component, Self.componentMetric, call.operation, on: name)
            }
            recorded.append(RecordedMetric(component: component, name: name, unit: unit, value: value))
        }
        for metric in recorded { metricLog.append(metric, bytes: metric.name.utf8.count + metric.unit.utf8.count) }
        return .success(call.operation)
    }

    /// Only the stream manager may ask whose token that is.
    func validateAuthorizationToken(_ call: ServiceCall, _ request: Request) -> Reply {
        guard request.component == Self.streamManager else {
            let text = "\(request.component) is not authorized to perform \(call.operation)"
            return .failure(.unauthorized, dialect == .classic ? text : LiteText.tokenVerification)
        }
        guard let member = request.text("token") else { return request.wrongType }
        guard let token = member.value else {
            return dialect == .classic ? .failure(.invalidToken, ClassicText.tokenMissing) : request.wrongType
        }
        guard component(withToken: token) != nil else {
            return .failure(.invalidToken, dialect == .classic ? ClassicText.tokenUnknown : LiteText.tokenInvalid)
        }
        return .success(call.operation, json: Array(#"{"isValid":true}"#.utf8))
    }

    /// The values of lite's own configuration that its tools ask for.
    func systemConfiguration(_ call: ServiceCall, _ request: JSONValue) -> Reply {
        let values = ["thingName": thingName, "rootPath": "/var/lib/greengrass"]
        guard let key = request["key"]?.stringValue, let value = values[key] else { return .failure(.service, nil) }
        var json = JSONWriter()
        json.beginObject()
        json.text("value", value)
        json.endObject()
        return .unshaped(json: json.bytes)
    }
}
