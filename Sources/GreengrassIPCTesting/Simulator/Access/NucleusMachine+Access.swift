// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension NucleusMachine {
    /// Why a component may not do something, in the nucleus's words; `nil` if it may.
    ///
    /// - Parameters:
    ///   - component: the component that asks.
    ///   - service: the policy's service.
    ///   - operation: the operation's full name.
    ///   - resource: what it is done to.
    func objection(to component: String, _ service: String, _ operation: String, on resource: String) -> String? {
        if access(of: component).allows(service, operation, on: resource) { return nil }
        return dialect == .classic
            ? ClassicText.notAuthorized(component, service, operation, resource) : LiteText.unauthorized
    }
}
