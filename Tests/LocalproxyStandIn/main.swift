// SPDX-License-Identifier: Apache-2.0

// A stand-in for AWS's localproxy: the same options, checks, log lines and exit codes, and no network.
//
// What it does is chosen by the access token, because nothing else gets through the agent to its child. The token is
// cut at hyphens; the first part that is one of these words decides, and the part behind it may be a time in
// milliseconds, written `300` or `every300ms`. So `AQGAAX-closed-500-x` works as well as `closed-500`.
//
//     connected         connects and stays until a signal; so does a token without any of these words
//     closed-MS         connects, and after MS (100) the service closes the tunnel: exit 0
//     refused-STATUS    the service refuses the handshake with STATUS (403): exit 0
//     cut               the connection is cut in the handshake: exit 0
//     500-everyMS       the service answers 500, each 2500 ms or as told, for ever
//     tls-everyMS       the certificate is not trusted, likewise
//     network-everyMS   the connection is refused, likewise
//     webproxy-everyMS  the web proxy is down, likewise
//     dropped-MS        connects, loses the connection after MS (100), connects again and stays
//     streams-MS        connects, and each MS (100) a stream to each service opens and closes; three times
//     unreachable       connects, and the local service does not answer
//     otherversion      connects, gets a V1 message, loses the connection and is then refused
//     mapping           connects, and the tunnel's services differ from those mapped: exit 1
//     crash-MS          connects and after MS (100) dies of SIGSEGV
//     abort-MS          dies of SIGABRT before it connects, after MS (0)
//     hang              begins to connect and never says another word; ignores SIGTERM, SIGINT and SIGHUP
//     leak              prints both tokens as level 6 would, connects and stays
//     flood             prints for ever without a line break

internal import Glibc

private let status = run()
exit(status)

private func run() -> Int32 {
    // Children that crash on purpose leave no core file.
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    Output.write("Running AWS IoT Secure Tunneling Local Proxy version: v3.3.1+stand-in\n", to: STDOUT_FILENO)
    do throws(Failure) {
        let options = try Options(arguments: Array(CommandLine.arguments.dropFirst()))
        if options.isHelp {
            Output.write(Options.help, to: STDOUT_FILENO)
            return 0
        }
        if options.isVersion { return 0 }
        var output = Output()
        let launch = try Launch(options, output: &output)
        return Behaviour(launch: launch, output: output).run()
    } catch {
        error.report()
        return 1
    }
}
