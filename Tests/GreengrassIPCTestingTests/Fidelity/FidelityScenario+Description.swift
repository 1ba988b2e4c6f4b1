// SPDX-License-Identifier: Apache-2.0

@testable import GreengrassIPCTesting

extension FidelityScenario.Action: CustomStringConvertible {
    /// For the table.
    var description: String {
        switch self {
        case .broker(.connected, keepsSession: false):
            "the broker is there again, restarted: it knows no filter any more"
        case .broker(.connected, _): "the broker is there"
        case .broker: "the broker is gone"
        case .cutStreams: "the MQTT daemon restarts"
        case .restart: "the nucleus ends, and comes back with other tokens"
        case .halfClose: "the client closes its half"
        case .publish: "a message that no stream heard"
        case .unsubackDelay(.zero): "the broker confirms at once that a filter is given up"
        case .unsubackDelay: "the broker takes time to confirm that a filter is given up"
        case .race(let outcomes) where outcomes.knowsEndedStreams: "a stream that has ended is still known"
        case .race: "the request after an error is still answered"
        case .deploy(let deployment): Self.text(deployment)
        case .cancelDeployment: "the deployment is canceled"
        case .setState(.broken, let component): "\(component) breaks"
        case .setState(_, let component): "\(component) runs again"
        case .newToken(_, let component): "\(component) has another token"
        }
    }

    private static func text(_ deployment: SimulatedDeployment) -> String {
        let policy = deployment.notifyComponents ? "a deployment that notifies components" : "a deployment"
        if deployment.restartsNucleus { return policy + " and restarts the nucleus" }
        let changes = deployment.changes.values.contains { $0.merge != nil }
        return policy + (changes ? " and changes the configuration" : " and changes nothing")
    }
}
