/* Configurations of jobs, in requests and as they come back. */
#ifndef IOTJOBS_TESTS_JOB_CONFIG_H
#define IOTJOBS_TESTS_JOB_CONFIG_H

#define PRESIGNED_VALUE "{\"roleArn\":\"arn:aws:iam::123456789012:role/urls\",\"expiresInSec\":60}"
#define ROLLOUT_VALUE                                                                                        \
    "{\"maximumPerMinute\":100,\"exponentialRate\":{\"baseRatePerMinute\":50,\"incrementFactor\":2.0,"       \
    "\"rateIncreaseCriteria\":{\"numberOfNotifiedThings\":10}}}"
#define ABORT_VALUE                                                                                          \
    "{\"criteriaList\":[{\"failureType\":\"FAILED\",\"action\":\"CANCEL\",\"thresholdPercentage\":50.0,"     \
    "\"minNumberOfExecutedThings\":100}]}"
#define TIMEOUT_VALUE  "{\"inProgressTimeoutInMinutes\":30}"
#define RETRY_VALUE    "{\"criteriaList\":[{\"failureType\":\"FAILED\",\"numberOfRetries\":2}]}"
#define WINDOWS_VALUE  "[{\"startTime\":\"cron(30 12 * * ? *)\",\"durationInMinutes\":30}]"
#define PACKAGES_VALUE "[\"arn:aws:iot:us-east-1:000000000000:package/p/version/1.0\"]"

#define PRESIGNED "\"presignedUrlConfig\":" PRESIGNED_VALUE
#define ROLLOUT   "\"jobExecutionsRolloutConfig\":" ROLLOUT_VALUE
#define ABORT     "\"abortConfig\":" ABORT_VALUE
#define TIMEOUT   "\"timeoutConfig\":" TIMEOUT_VALUE
#define RETRY     "\"jobExecutionsRetryConfig\":" RETRY_VALUE
#define PACKAGES  "\"destinationPackageVersions\":" PACKAGES_VALUE

/* All that a job can be configured with but its schedule. */
#define CONFIGURATION PRESIGNED "," ROLLOUT "," ABORT "," TIMEOUT "," RETRY "," PACKAGES

/* Configurations that break a rule, and what is said of each: rows { MEMBERS, message } of any request that
 * can carry them. `with` makes a request of the members. */
#define WRONG_CONFIGURATIONS(with)                                                                           \
    { with("\"jobExecutionsRolloutConfig\":{}"), INVALID,                                                    \
      "Provide MaximumPerMinute value or provide ExponentialRate and MaximumPerMinute" },                    \
        { with("\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":0}"), INVALID,                          \
          "1 validation error detected: Value '0' at 'jobExecutionsRolloutConfig.maximumPerMinute' failed "  \
          "to satisfy constraint: Member must have value greater than or equal to 1" },                      \
        { with("\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":1001}"), INVALID,                       \
          "1 validation error detected: Value '1001' at 'jobExecutionsRolloutConfig.maximumPerMinute' "      \
          "failed to satisfy constraint: Member must have value less than or equal to 1000" },               \
        { with("\"jobExecutionsRolloutConfig\":{\"exponentialRate\":{\"baseRatePerMinute\":5,"               \
               "\"incrementFactor\":2,\"rateIncreaseCriteria\":{\"numberOfNotifiedThings\":10}}}"),          \
          INVALID, "Provide MaximumPerMinute value when ExponentialRate is defined" },                       \
        { with("\"presignedUrlConfig\":{\"roleArn\":\"arn:aws:iam::1234:role/urls\"}"), INVALID,             \
          "Given role arn:aws:iam::1234:role/urls is invalid." },                                            \
        { with("\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"ALL\","                   \
               "\"numberOfRetries\":0},{\"failureType\":\"FAILED\",\"numberOfRetries\":0}]}"),               \
          INVALID, "A retryCriteria with failure type ALL must be used by itself." },                        \
        { with("\"abortConfig\":{\"criteriaList\":[]}"), INVALID,                                            \
          "1 validation error detected: Value '[]' at 'abortConfig.criteriaList' failed to satisfy "         \
          "constraint: Member must have length greater than or equal to 1" },                                \
        { with("\"abortConfig\":{\"criteriaList\":[{\"failureType\":\"FAILED\",\"action\":\"CANCEL\","       \
               "\"thresholdPercentage\":10.555,\"minNumberOfExecutedThings\":1}]}"),                         \
          INVALID,                                                                                           \
          "The thresholdPercentage of abort criteria can have two digits after the decimal point; it is "    \
          "10.555." },                                                                                       \
        { with("\"timeoutConfig\":{}"), INVALID,                                                             \
          "Provide valid timeout value, inProgressTimeoutInMinutes cannot be null." },                       \
    {                                                                                                        \
        with("\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":10081}"), INVALID,                           \
            "Provide valid timeout value, inProgressTimeoutInMinutes cannot be 10081."                       \
    }

#endif
