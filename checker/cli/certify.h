/* SPDX-License-Identifier: BSD-2-Clause */
/* --certificate of the commands that prove. */
#ifndef CERTIFY_H
#define CERTIFY_H

#include "checker/certificate/certificate.h"
#include "checker/cli/command.h"

/* Behind a command that ended with `status`: writes the certificate that is asked for, or says why there is none.
 * Returns the command's status. */
enum status certify(const struct options *opt, enum certificate_command command, enum status status);
#endif
