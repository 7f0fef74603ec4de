package v1alpha1

// Auth is how requests are authenticated: exactly one method. The keys come from the environment.
type Auth struct {
	// AWS signs each request (Signature Version 4), as Lambda function URLs require, with the credentials that AWS's own
	// tools would find.
	AWS *AWSAuth `json:"aws,omitempty"`
	// IDToken sends a Google ID token, as Cloud Run requires: for the service account whose key
	// GOOGLE_APPLICATION_CREDENTIALS names, otherwise from the metadata server.
	IDToken *IDTokenAuth `json:"idToken,omitempty"`
}

// AWSAuth names the service and region of a signature.
type AWSAuth struct {
	// Service is the AWS service name in the signature. Default: lambda.
	Service string `json:"service,omitempty"`
	// Region is its region. Default: as in the host of a function URL (ID.lambda-url.REGION.on.aws).
	Region string `json:"region,omitempty"`
}

// IDTokenAuth names the audience of a token.
type IDTokenAuth struct {
	// Audience is the URL of the service, or a custom audience of it. Default: scheme and host of the target's URL.
	Audience string `json:"audience,omitempty"`
}
