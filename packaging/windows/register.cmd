@rem Registers the COM class for all users: run as administrator.
@regsvr32 "%~dp0paywall_com.dll"
