// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension NucleusMachine {
    /// Reads the own configuration or, without any policy, another component's.
    func getConfiguration(_ call: ServiceCall, _ request: Request) -> Reply {
        guard let path = request.texts("keyPath"), let named = request.text("componentName") else {
            return request.wrongType
        }
        let component = named.value ?? request.component
        guard let value = configurations.value(at: path, of: component) else {
            return .failure(
                .resourceNotFound,
                dialect == .classic ? ClassicText.keyNotFound : LiteText.keyNotFound
            )
        }
        var json = JSONWriter(escaping: dialect.escaping)
        json.beginObject()
        json.text("componentName", component)
        json.memberName("value")
        json.configuration(value, dialect)
        json.endObject()
        return .success(call.operation, json: json.bytes)
    }
}
