// SPDX-License-Identifier: Apache-2.0

/// A component that gives the classic nucleus further operations. Without it they are answered with a ServiceError.
///
/// Lite has no plugins: what it serves, it serves itself.
public enum NucleusPlugin: String, Sendable, Hashable, CaseIterable {
    /// `aws.greengrass.Cli`: components, local deployments and debug passwords.
    case cli = "aws.greengrass.Cli"
    /// `aws.greengrass.ShadowManager`: shadows.
    case shadowManager = "aws.greengrass.ShadowManager"
    /// `aws.greengrass.SecretManager`: secrets.
    case secretManager = "aws.greengrass.SecretManager"
    /// `aws.greengrass.clientdevices.Auth`: client devices and certificates.
    case clientDeviceAuth = "aws.greengrass.clientdevices.Auth"
}
