// SPDX-License-Identifier: Apache-2.0

/// What `ggipc --help` prints.
enum Usage {
    static let text = """
        usage: ggipc simulate [OPTION]… [-- COMMAND…]

        Serves a simulated Greengrass nucleus on a Unix socket, prints the environment to export, and runs until it is
        stopped. With COMMAND it runs that with a component's environment instead, and exits as it does.

          --socket PATH                 where to listen; else in a fresh directory
          --nucleus classic|lite        which nucleus to be; else classic
          --component NAME[=TOKEN]      a component, with a token of 16 characters; may be repeated
          --configuration FILE          the first component's configuration in JSON, accessControl included
          --thing-name NAME             the thing; else AWS_IOT_THING_NAME, else MyThing
          --strict                      exit 1 if the component did what a real nucleus would punish

        """
}
