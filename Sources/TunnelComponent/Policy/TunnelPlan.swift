// SPDX-License-Identifier: Apache-2.0

/// A notification that the configuration allows: everything needed to launch its tunnel.
struct TunnelPlan: Hashable, Sendable {
    let accessToken: AccessToken
    let region: String
    /// The tunnel's services in the notification's order, all of them mapped.
    let mappings: [ServiceMapping]

    /// The names of the services, in the notification's order.
    var services: [String] { mappings.map(\.service) }

    /// The same tunnel with other endpoints, of which none is a name any more.
    func leading(to mappings: [ServiceMapping]) -> TunnelPlan {
        TunnelPlan(accessToken: accessToken, region: region, mappings: mappings)
    }

    private init(accessToken: AccessToken, region: String, mappings: [ServiceMapping]) {
        self.accessToken = accessToken
        self.region = region
        self.mappings = mappings
    }

    /// Holds a notification against the configuration.
    init(_ notification: TunnelNotification, configuration: AgentConfiguration) throws(Refusal) {
        let allowed = configuration.allowedRegions
        guard allowed.isEmpty || allowed.contains(notification.region) else {
            throw Refusal(
                reason: .regionNotAllowed,
                text:
                    "The region \(notification.region) is not among allowedRegions; add it there to allow its tunnels."
            )
        }
        accessToken = notification.accessToken
        region = notification.region
        mappings = try configuration.services.mappings(for: notification.services)
    }
}
